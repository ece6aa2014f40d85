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
import { Refresh, RefreshHandler } from '../application/commands/refresh.js';
import { LocalSignIns } from '../application/local-sign-ins.js';
import { PasswordCheck } from '../application/password-check.js';
import { SealedCredentialTransfer } from '../application/sealed-credential-transfer.js';
import { SessionEnder } from '../application/session-ender.js';
import { SessionOpener } from '../application/session-opener.js';
import { Subject, type SubjectState } from '../domain/subject.js';
import { type AccountChange, AccountChangeListener, AccountChangeListeners } from '../facade.js';
import { aSubject } from './a-subject.js';
import { CountingPasswordHasher } from './counting-password-hasher.js';
import { InMemoryForeignPasswordsMark, PlainForeignCredentials, PlainForeignPasswords } from './foreign-passwords.js';
import { InMemoryLoginTries } from './in-memory-login-tries.js';
import { InMemorySessions } from './in-memory-sessions.js';
import { InMemorySourceFailures } from './in-memory-source-failures.js';
import { InMemorySubjects } from './in-memory-subjects.js';
import { PlainPasswordScheme } from './plain-password-scheme.js';
import { RecordingAccessTokens } from './recording-access-tokens.js';
import { RecordingRevocations } from './recording-revocations.js';

export const SECRET = 'a secret of the tests, long enough for all';
export const SOURCE = '192.0.2.7';

/** Keeps what owners are to be told. */
export class RecordingAccountChanges extends AccountChangeListener {
  readonly told: (readonly [customerId: string, change: AccountChange])[] = [];

  override async changed(customerId: string, change: AccountChange): Promise<void> {
    this.told.push([customerId, change]);
  }
}

/** The room with fakes behind its ports: what one does at its door, and what came of it. */
export class Auth {
  readonly clock = new FixedClock();
  readonly subjects = new InMemorySubjects();
  readonly audit = new RecordingAuditTrail();
  readonly sessions = new InMemorySessions(this.subjects, this.clock, this.audit);
  readonly tries = new InMemoryLoginTries(this.clock);
  readonly hasher = new CountingPasswordHasher();
  readonly accessTokens = new RecordingAccessTokens();
  readonly refreshTokens = new HmacRefreshTokens([{ kid: '0', secret: SECRET }]);
  readonly devices = new HmacDeviceTokens([{ kid: '0', secret: SECRET }], this.clock);
  readonly failures = new InMemorySourceFailures();
  readonly revocations = new RecordingRevocations();
  readonly outbox = new RecordingOutbox();
  readonly identifiers = new PlainIdentifierHasher();
  readonly rules = {
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
  readonly foreignCredentials = new PlainForeignCredentials();
  readonly foreignPasswords = new PlainForeignPasswords();
  readonly mark = new InMemoryForeignPasswordsMark();
  readonly passwords = new PasswordCheck(
    this.subjects,
    this.scheme,
    this.hasher,
    this.foreignCredentials,
    this.foreignPasswords,
    this.mark,
    this.clock,
  );
  readonly transfer = new SealedCredentialTransfer(
    this.subjects,
    this.scheme,
    this.foreignCredentials,
    this.foreignPasswords,
    this.mark,
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
    this.rules,
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
    this.rules,
    this.devices,
    this.failures,
  );
  readonly #refresh = new RefreshHandler(
    this.sessions,
    this.refreshTokens,
    this.accessTokens,
    this.ender,
    this.work,
    this.audit,
    this.rules,
    this.clock,
  );
  readonly #logOut = new LogOutHandler(this.work, this.subjects, this.ender, this.listeners);
  readonly #endSession = new EndSessionHandler(this.work, this.sessions, this.ender);

  constructor() {
    this.listeners.add(this.changes);
  }

  /** Somebody who may sign in with this key, and the password `right`. */
  known(key: string, changes: Partial<SubjectState> = {}): Promise<void> {
    return this.subjects.add(Subject.restore(aSubject(changes)), key);
  }

  logIn(username: string, password = 'right', source = SOURCE, deviceToken: string | null = null) {
    return this.#logIn.execute(new LogIn(username, password, source, source, deviceToken));
  }

  refresh(token: string, source = SOURCE) {
    return this.#refresh.execute(new Refresh(token, source));
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
