import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, Clock, type HashOwner, IdentifierHasher } from '#kernel';
import { backoffNameOf, parseLoginNameCandidates } from '../../domain/login-name.js';
import type { Subject } from '../../domain/subject.js';
import type { TokenSet } from '../../facade.js';
import {
  AuthSettings,
  DeviceTokens,
  FailedLoginLimiter,
  LoginTries,
  type LoginTryKey,
  NO_OWNER,
  Subjects,
} from '../ports.js';
import { tryKeyByDevice, tryKeyByName } from '../services/login-try-key.js';
import { PasswordVerifier } from '../services/password-verifier.js';
import { SessionOpener } from '../services/session-opener.js';

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

const MAX_WAIT_MS = 2_000;
const RETRY_INTERVAL_MS = 50;

interface PasswordAttempt {
  readonly subject: Subject | null;
  readonly password: string;
  readonly source: string;
  /** Customer id, or the hash of a name that is nobody's: for the audit trail. */
  readonly target: string;
  readonly deviceId: string | null;
  readonly tryKey: LoginTryKey;
}

/** Counted before compared; whoever waits costs no hash. */
@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly tries: LoginTries,
    private readonly passwords: PasswordVerifier,
    private readonly sessions: SessionOpener,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly settings: AuthSettings,
    private readonly devices: DeviceTokens,
    private readonly failedLoginLimiter: FailedLoginLimiter,
  ) {}

  async execute({ username, password, source, address, deviceToken }: LogIn): Promise<LoginOutcome> {
    // Who is refused in the end costs nothing before it.
    this.passwords.refuseWhenFull(anonymousHashOwner(source));
    const [firstCandidate, ...others] = parseLoginNameCandidates(username, this.settings.defaultMarket);
    if (!firstCandidate) return this.#withFailureCount(address, () => this.#refuseInvalidName(password, source));
    const candidates = [firstCandidate, ...others].flatMap((name) => this.identifiers.candidates(name));
    const subject = await this.subjects.findByIdentifierHashes(candidates);
    const owner = subject?.snapshot() ?? NO_OWNER;
    const deviceId = (deviceToken !== null && this.devices.verify(deviceToken, owner)) || null;
    const nameHash = this.identifiers.hash(backoffNameOf([firstCandidate, ...others]));
    const target = subject ? owner.customerId : nameHash;
    const tryKey = deviceId ? tryKeyByDevice(owner.customerId, deviceId) : tryKeyByName(nameHash, source);
    const comparePassword = () => this.#comparePassword({ subject, password, source, target, deviceId, tryKey });
    return deviceId ? comparePassword() : this.#withFailureCount(address, comparePassword);
  }

  /** Whoever tries many names is stopped, whatever the names are. What is refused by a wait is no failed sign-in. */
  async #withFailureCount(address: string, compare: () => Promise<LoginOutcome>): Promise<LoginOutcome> {
    const failure = await this.failedLoginLimiter.countFailure(address);
    const giveBack = () => failure.release().catch(() => undefined);
    const result = await compare().catch(async (error: unknown) => {
      await giveBack();
      throw error;
    });
    if (result.outcome !== 'refused') await giveBack();
    return result;
  }

  async #comparePassword({
    subject,
    password,
    source,
    target,
    deviceId,
    tryKey,
  }: PasswordAttempt): Promise<LoginOutcome> {
    const taken = await this.#startTry(tryKey);
    if (taken.may !== 'compare') {
      await this.audit.record({ action: 'auth.login.limited', actor: null, target, source });
      return { outcome: 'too_many', retryAfterSeconds: taken.may === 'never' ? taken.retryAfterSeconds : 1 };
    }
    const isRight = await this.#verifyPassword(subject, password, source, taken.counted);
    const forgiven = () => this.tries.resetTries(taken.counted);
    const tokens = isRight && subject ? await this.sessions.openSession(subject, source, forgiven, deviceId) : null;
    if (!tokens || !subject) {
      await this.tries.recordWrongTry(taken.counted);
      await this.audit.record({ action: 'auth.login.refused', actor: null, target, source });
      return { outcome: 'refused' };
    }
    // Nobody waits for it, and when it fails the next sign-in does it.
    void this.passwords.rehashIfOutdated(subject, password, source).catch(() => undefined);
    return { outcome: 'signed_in', tokens };
  }

  /** A name that nobody can have is not worth a count of its own, and costs what every other does. */
  async #refuseInvalidName(password: string, source: string): Promise<LoginOutcome> {
    await this.passwords.verifyPassword(null, password, anonymousHashOwner(source));
    await this.audit.record({ action: 'auth.login.refused', actor: null, target: null, source });
    return { outcome: 'refused' };
  }

  async #startTry(wanted: LoginTryKey) {
    for (const deadline = this.clock.now().getTime() + MAX_WAIT_MS; ; ) {
      const taken = await this.tries.startTry(wanted);
      if (taken.may !== 'later' || this.clock.now().getTime() >= deadline) return taken;
      await this.clock.pause(RETRY_INTERVAL_MS);
    }
  }

  async #verifyPassword(
    subject: Subject | null,
    password: string,
    source: string,
    counted: LoginTryKey,
  ): Promise<boolean> {
    try {
      return await this.passwords.verifyPassword(subject, password, anonymousHashOwner(source));
    } catch (error) {
      await this.tries.cancelTry(counted);
      throw error;
    }
  }
}

/** Hashing is shared out by who asks: a name that was typed proves nobody. */
const anonymousHashOwner = (source: string): HashOwner => ({ source, customerId: null });
