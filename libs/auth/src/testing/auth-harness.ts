import type { Ids } from '#kernel';
import {
  FixedClock,
  ImmediateAfterCommit,
  ImmediateUnitOfWork,
  PlainIdentifierHasher,
  RecordingAuditTrail,
  RecordingOutbox,
} from '#kernel/testing';
import { HmacDeviceTokens } from '../adapters/crypto/hmac-device-tokens.js';
import { HmacRefreshTokens } from '../adapters/crypto/hmac-refresh-tokens.js';
import { EndSession, EndSessionHandler } from '../application/commands/end-session.js';
import { LogIn, LogInHandler } from '../application/commands/log-in.js';
import { LogOut, LogOutHandler } from '../application/commands/log-out.js';
import { RefreshSession, RefreshSessionHandler } from '../application/commands/refresh-session.js';
import { LocalSignIns } from '../application/services/local-sign-ins.js';
import { PasswordVerifier } from '../application/services/password-verifier.js';
import { SealedCredentialTransfer } from '../application/services/sealed-credential-transfer.js';
import { SessionEnder } from '../application/services/session-ender.js';
import { SessionOpener } from '../application/services/session-opener.js';
import { Subject, type SubjectState } from '../domain/subject.js';
import { type AccountChange, AccountChangeListener, AccountChangeListeners } from '../facade.js';
import { aSubject } from './a-subject.js';
import { CountingPasswordHasher } from './counting-password-hasher.js';
import { InMemoryFailedLoginLimiter } from './in-memory-failed-login-limiter.js';
import { InMemoryLoginTries } from './in-memory-login-tries.js';
import { InMemorySessions } from './in-memory-sessions.js';
import { InMemorySubjects } from './in-memory-subjects.js';
import { InMemoryLegacyHashFlag, PlainLegacyHashSealer, PlainLegacyPasswords } from './legacy-passwords.js';
import { PlainPasswordScheme } from './plain-password-scheme.js';
import { RecordingAccessTokens } from './recording-access-tokens.js';
import { RecordingRevocations } from './recording-revocations.js';

export const SECRET = 'a secret of the tests, long enough for all';
export const SOURCE = '192.0.2.7';

/** Records the account changes that owners are notified of. */
export class RecordingAccountChanges extends AccountChangeListener {
  readonly changes: (readonly [customerId: string, change: AccountChange])[] = [];

  override async onAccountChanged(customerId: string, change: AccountChange): Promise<void> {
    this.changes.push([customerId, change]);
  }
}

/** The auth module with in-memory ports: runs its commands and records their effects. */
export class AuthHarness {
  readonly clock = new FixedClock();
  readonly subjects = new InMemorySubjects();
  readonly audit = new RecordingAuditTrail();
  readonly sessions = new InMemorySessions(this.subjects, this.clock, this.audit);
  readonly tries = new InMemoryLoginTries(this.clock);
  readonly hasher = new CountingPasswordHasher();
  readonly accessTokens = new RecordingAccessTokens();
  readonly refreshTokens = new HmacRefreshTokens([{ kid: '0', secret: SECRET }]);
  readonly devices = new HmacDeviceTokens([{ kid: '0', secret: SECRET }], this.clock);
  readonly failedLoginLimiter = new InMemoryFailedLoginLimiter();
  readonly revocations = new RecordingRevocations();
  readonly outbox = new RecordingOutbox();
  readonly identifiers = new PlainIdentifierHasher();
  readonly settings = {
    defaultMarket: 'BR',
    refreshTokenTtlSeconds: 3_600,
    publicUrl: 'https://foyer.example',
    limits: {
      sendsPerSourceMinute: 3,
      sendsPerSourceDay: 5,
      sendsPerIdentifier: 30,
      smsPerSource: 50,
      smsPerDay: 2,
      messageBacklogSeconds: 5,
    },
    smsCountries: ['BR', 'US'],
  };
  readonly work = new ImmediateUnitOfWork();
  readonly changes = new RecordingAccountChanges();
  readonly listeners = new AccountChangeListeners(new ImmediateAfterCommit());
  #ids = 0;
  readonly ids: Ids = { next: () => this.#id(), opaque: () => this.#id() };

  readonly scheme = new PlainPasswordScheme();
  readonly legacyHashSealer = new PlainLegacyHashSealer();
  readonly legacyPasswords = new PlainLegacyPasswords();
  readonly legacyHashFlag = new InMemoryLegacyHashFlag();
  readonly passwords = new PasswordVerifier(
    this.subjects,
    this.scheme,
    this.hasher,
    this.legacyHashSealer,
    this.legacyPasswords,
    this.legacyHashFlag,
    this.clock,
  );
  readonly transfer = new SealedCredentialTransfer(
    this.subjects,
    this.scheme,
    this.legacyHashSealer,
    this.legacyPasswords,
    this.legacyHashFlag,
  );
  readonly ender = new SessionEnder(this.sessions, this.subjects, this.revocations, this.outbox, this.audit);
  readonly opener = new SessionOpener(
    this.work,
    this.subjects,
    this.sessions,
    this.refreshTokens,
    this.accessTokens,
    this.outbox,
    this.audit,
    this.ids,
    this.clock,
    this.settings,
    this.devices,
  );
  readonly signIns = new LocalSignIns(this.subjects, this.opener, this.ender, this.listeners);
  readonly #logIn = new LogInHandler(
    this.subjects,
    this.identifiers,
    this.tries,
    this.passwords,
    this.opener,
    this.audit,
    this.clock,
    this.settings,
    this.devices,
    this.failedLoginLimiter,
  );
  readonly #refresh = new RefreshSessionHandler(
    this.sessions,
    this.refreshTokens,
    this.accessTokens,
    this.ender,
    this.work,
    this.audit,
    this.settings,
    this.clock,
  );
  readonly #logOut = new LogOutHandler(this.work, this.subjects, this.ender, this.listeners);
  readonly #endSession = new EndSessionHandler(this.work, this.sessions, this.ender);

  constructor() {
    this.listeners.add(this.changes);
  }

  /** Adds a subject who can sign in with this key and the password `right`. */
  addSubject(key: string, changes: Partial<SubjectState> = {}): Promise<void> {
    return this.subjects.add(Subject.restore(aSubject(changes)), key);
  }

  logIn(username: string, password = 'right', source = SOURCE, deviceToken: string | null = null) {
    return this.#logIn.execute(new LogIn(username, password, source, source, deviceToken));
  }

  refresh(token: string, source = SOURCE) {
    return this.#refresh.execute(new RefreshSession(token, source));
  }

  logOut(sessionId: string, scope: 'current' | 'all' = 'current', customerId = 'mia') {
    return this.#logOut.execute(new LogOut(customerId, sessionId, scope, SOURCE));
  }

  endSession(sessionId: string, customerId = 'mia') {
    return this.#endSession.execute(new EndSession(customerId, sessionId, SOURCE));
  }

  #id(): string {
    return `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`;
  }
}
