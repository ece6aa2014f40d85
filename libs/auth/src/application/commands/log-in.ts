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
  /** The same result for an unknown name and a wrong password. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Sign in with an e-mail address, a phone number or a confirmed CPF, and a password. */
export class LogIn extends Command<LoginOutcome> {
  constructor(
    readonly username: string,
    readonly password: string,
    /** Source prefix. */
    readonly source: string,
    /** IP address of the client. */
    readonly address: string,
    /** As received, not verified. */
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
  /** For the audit trail: the customer id, or the hash of an unknown name. */
  readonly target: string;
  readonly deviceId: string | null;
  readonly tryKey: LoginTryKey;
}

/** Counts a try before comparing the password. A try that has to wait computes no hash. */
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
    // Rejects early when hashing has no capacity, before any database query.
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

  /** Limits failed sign-ins per source over all names. A try that is rejected by a wait does not count as failed. */
  async #withFailureCount(address: string, compare: () => Promise<LoginOutcome>): Promise<LoginOutcome> {
    const failure = await this.failedLoginLimiter.countFailure(address);
    const releaseFailure = () => failure.release().catch(() => undefined);
    const result = await compare().catch(async (error: unknown) => {
      await releaseFailure();
      throw error;
    });
    if (result.outcome !== 'refused') await releaseFailure();
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
    const decision = await this.#startTry(tryKey);
    if (decision.may !== 'compare') {
      await this.audit.record({ action: 'auth.login.limited', actor: null, target, source });
      return { outcome: 'too_many', retryAfterSeconds: decision.may === 'never' ? decision.retryAfterSeconds : 1 };
    }
    const isRight = await this.#verifyPassword(subject, password, source, decision.counted);
    const resetTries = () => this.tries.resetTries(decision.counted);
    const tokens = isRight && subject ? await this.sessions.openSession(subject, source, resetTries, deviceId) : null;
    if (!tokens || !subject) {
      await this.tries.recordWrongTry(decision.counted);
      await this.audit.record({ action: 'auth.login.refused', actor: null, target, source });
      return { outcome: 'refused' };
    }
    // Runs in the background. If it fails, the next sign-in repeats it.
    void this.passwords.rehashIfOutdated(subject, password, source).catch(() => undefined);
    return { outcome: 'signed_in', tokens };
  }

  /** An invalid name has no count, but takes the same work as any other. */
  async #refuseInvalidName(password: string, source: string): Promise<LoginOutcome> {
    await this.passwords.verifyPassword(null, password, anonymousHashOwner(source));
    await this.audit.record({ action: 'auth.login.refused', actor: null, target: null, source });
    return { outcome: 'refused' };
  }

  async #startTry(wanted: LoginTryKey) {
    for (const deadline = this.clock.now().getTime() + MAX_WAIT_MS; ; ) {
      const decision = await this.tries.startTry(wanted);
      if (decision.may !== 'later' || this.clock.now().getTime() >= deadline) return decision;
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

/** Hashing capacity is shared by source: a submitted name does not prove an identity. */
const anonymousHashOwner = (source: string): HashOwner => ({ source, customerId: null });
