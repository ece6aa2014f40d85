import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, Clock, type HashOwner, IdentifierHasher } from '#kernel';
import type { Subject } from '../../domain/subject.js';
import type { TokenSet } from '../../facade.js';
import { tryByDevice, tryByName } from '../login-try.js';
import { PasswordCheck } from '../password-check.js';
import { AuthRules, DeviceTokens, LoginTries, type LoginTry, NO_OWNER, SourceFailures, Subjects } from '../ports.js';
import { countedAs, readings } from '../readable.js';
import { SessionOpener } from '../session-opener.js';

export type LoginOutcome =
  | { readonly outcome: 'signed_in'; readonly tokens: TokenSet }
  /** One answer for unknown and wrong. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Sign in with an e-mail address, a phone number or a confirmed CPF, and a password. */
export class LogIn extends Command<LoginOutcome> {
  constructor(
    readonly username: string,
    readonly password: string,
    /** Source prefix. */
    readonly source: string,
    /** The address of the source. */
    readonly address: string,
    /** What the device brought along, whatever it is worth. */
    readonly deviceToken: string | null,
  ) {
    super();
  }
}

const PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 50;

interface Guess {
  readonly subject: Subject | null;
  readonly password: string;
  readonly source: string;
  /** Customer id, or the hash of a name that is nobody's: for the audit trail. */
  readonly target: string;
  readonly deviceId: string | null;
  readonly wanted: LoginTry;
}

/** Counted before compared; whoever waits costs no hash. */
@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly tries: LoginTries,
    private readonly passwords: PasswordCheck,
    private readonly sessions: SessionOpener,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly rules: AuthRules,
    private readonly devices: DeviceTokens,
    private readonly failures: SourceFailures,
  ) {}

  async execute({ username, password, source, address, deviceToken }: LogIn): Promise<LoginOutcome> {
    // Who is refused in the end costs nothing before it.
    this.passwords.refuseWhenFull(stranger(source));
    const [likeliest, ...others] = readings(username, this.rules.defaultMarket);
    if (!likeliest) return this.#countedOfSource(address, () => this.#refuseUnreadable(password, source));
    const candidates = [likeliest, ...others].flatMap((name) => this.identifiers.candidates(name));
    const subject = await this.subjects.byIdentifier(candidates);
    const owner = subject?.snapshot() ?? NO_OWNER;
    const deviceId = (deviceToken !== null && this.devices.read(deviceToken, owner)) || null;
    const nameHash = this.identifiers.hash(countedAs([likeliest, ...others]));
    const target = subject ? owner.customerId : nameHash;
    const wanted = deviceId ? tryByDevice(owner.customerId, deviceId) : tryByName(nameHash, source);
    const compare = () => this.#compare({ subject, password, source, target, deviceId, wanted });
    return deviceId ? compare() : this.#countedOfSource(address, compare);
  }

  /** Whoever tries many names is stopped, whatever the names are. What is refused by a wait is no failed sign-in. */
  async #countedOfSource(address: string, compare: () => Promise<LoginOutcome>): Promise<LoginOutcome> {
    const failure = await this.failures.count(address);
    const giveBack = () => failure.giveBack().catch(() => undefined);
    const result = await compare().catch(async (error: unknown) => {
      await giveBack();
      throw error;
    });
    if (result.outcome !== 'refused') await giveBack();
    return result;
  }

  async #compare({ subject, password, source, target, deviceId, wanted }: Guess): Promise<LoginOutcome> {
    const taken = await this.#take(wanted);
    if (taken.may !== 'compare') {
      await this.audit.record({ action: 'auth.login.limited', actor: null, target, source });
      return { outcome: 'too_many', retryAfterSeconds: taken.may === 'never' ? taken.retryAfterSeconds : 1 };
    }
    const isRight = await this.#isRight(subject, password, source, taken.counted);
    const forgiven = () => this.tries.forgive(taken.counted);
    const tokens = isRight && subject ? await this.sessions.open(subject, source, forgiven, deviceId) : null;
    if (!tokens || !subject) {
      await this.tries.settle(taken.counted);
      await this.audit.record({ action: 'auth.login.refused', actor: null, target, source });
      return { outcome: 'refused' };
    }
    // Nobody waits for it, and when it fails the next sign-in does it.
    void this.passwords.renew(subject, password, source).catch(() => undefined);
    return { outcome: 'signed_in', tokens };
  }

  /** A name that nobody can have is not worth a count of its own, and costs what every other does. */
  async #refuseUnreadable(password: string, source: string): Promise<LoginOutcome> {
    await this.passwords.isRight(null, password, stranger(source));
    await this.audit.record({ action: 'auth.login.refused', actor: null, target: null, source });
    return { outcome: 'refused' };
  }

  async #take(wanted: LoginTry) {
    for (const deadline = this.clock.now().getTime() + PATIENCE_MS; ; ) {
      const taken = await this.tries.take(wanted);
      if (taken.may !== 'later' || this.clock.now().getTime() >= deadline) return taken;
      await this.clock.pause(LOOK_EVERY_MS);
    }
  }

  async #isRight(subject: Subject | null, password: string, source: string, counted: LoginTry): Promise<boolean> {
    try {
      return await this.passwords.isRight(subject, password, stranger(source));
    } catch (error) {
      await this.tries.giveBack(counted);
      throw error;
    }
  }
}

/** Hashing is shared out by who asks: a name that was typed proves nobody. */
const stranger = (source: string): HashOwner => ({ source, customerId: null });
