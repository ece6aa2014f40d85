import { InMemoryCodes } from '#codes/testing';
import { parseIdentifier } from '#kernel';
import {
  CountingIds,
  FixedClock,
  InMemoryCounters,
  InMemoryUnitOfWork,
  PlainIdentifierHasher,
  PlainNewPasswords,
  RecordingAuditTrail,
  RecordingOutbox,
} from '#kernel/testing';
import { MessageBudget, SmsQuota } from '#notifications';
import { InMemoryChannels, RecordingJobQueue } from '#notifications/testing';
import { KeyedAttemptSecrets } from '../adapters/crypto/keyed-attempt-secrets.js';
import { InMemoryAttemptStore } from '../adapters/memory/in-memory-attempt-store.js';
import { TemplateRegistrationMessages } from '../adapters/messages/template-registration-messages.js';
import { AcceptVerification, AcceptVerificationHandler } from '../application/commands/accept-verification.js';
import { ActivateRegistration, ActivateRegistrationHandler } from '../application/commands/activate-registration.js';
import { Register, RegisterHandler } from '../application/commands/register.js';
import { ResendCode, ResendCodeHandler } from '../application/commands/resend-code.js';
import { PublishCodeSentJob } from '../application/jobs/publish-code-sent-job.js';
import { SendRegistrationCodeJob } from '../application/jobs/send-registration-code-job.js';
import type { RegistrationSettings } from '../application/ports.js';
import { AttemptFactory } from '../application/services/attempt-factory.js';
import { CodeRequests } from '../application/services/code-requests.js';
import { OpaqueRegistrationIds } from '../application/services/opaque-registration-ids.js';
import { RegistrantAuthenticator } from '../application/services/registrant-authenticator.js';
import { RegistrationActivator } from '../application/services/registration-activator.js';
import { RegistrationAdmissionControl } from '../application/services/registration-admission-control.js';
import { RegistrationEventPublisher } from '../application/services/registration-event-publisher.js';
import { RegistrationIds } from '../application/services/registration-ids.js';
import { SendBudget } from '../application/services/send-budget.js';
import type { RegistrationInput } from '../application/services/validate-registration.js';
import { VerifiedAttemptActivator } from '../application/services/verified-attempt-activator.js';
import { VerifiedIdentifierActivator } from '../application/services/verified-identifier-activator.js';
import type { AttemptKey, AttemptState } from '../domain/registration-attempt.js';
import type { Verification } from '../domain/verification.js';
import { CountingSignInTries } from './counting-sign-in-tries.js';
import { InMemoryCustomerDirectory } from './in-memory-customer-directory.js';
import { InMemoryInbox } from './in-memory-inbox.js';
import { InMemoryRegistrationKeys } from './in-memory-registration-keys.js';
import { PlainCredentials } from './plain-credentials.js';
import { LIMITS, SETTINGS } from './registration-settings.js';

export const SOURCE = { prefix: '192.0.2.7', trusted: false };
export const MIA: RegistrationInput = { email: 'mia@example.org', password: 'correct horse' };

/** The whole module with in-memory adapters and a fixed clock. */
export class RegistrationHarness {
  readonly rules: { -readonly [Name in keyof RegistrationSettings]: RegistrationSettings[Name] } = { ...SETTINGS };
  readonly limits: { -readonly [Name in keyof typeof LIMITS]: (typeof LIMITS)[Name] } = { ...LIMITS };
  readonly clock = new FixedClock();
  readonly ids = new CountingIds();
  readonly identifiers = new PlainIdentifierHasher();
  readonly outbox = new RecordingOutbox();
  readonly audit = new RecordingAuditTrail();
  readonly inbox = new InMemoryInbox();
  readonly keys = new InMemoryRegistrationKeys();
  readonly directory = new InMemoryCustomerDirectory(this.outbox);
  readonly work = new InMemoryUnitOfWork(this.inbox, this.outbox, this.keys, this.directory);
  readonly credentials = new PlainCredentials();
  readonly tries = new CountingSignInTries();
  readonly codes = new InMemoryCodes(this.clock);
  readonly attempts = new InMemoryAttemptStore(this.clock, this.rules, this.limits);
  readonly secrets = new KeyedAttemptSecrets([{ kid: '0', secret: 'a-secret-of-this-test-suite-only-000' }]);
  readonly due = new RecordingJobQueue();
  readonly channels = new InMemoryChannels();
  readonly registrationIds = new RegistrationIds(this.keys, this.directory, this.identifiers, this.ids);
  readonly opaqueIds = new OpaqueRegistrationIds(this.identifiers);
  readonly announcer = new RegistrationEventPublisher(
    this.work,
    this.keys,
    this.outbox,
    this.attempts,
    this.identifiers,
  );
  readonly drafts = new AttemptFactory(this.credentials, this.secrets, this.identifiers, this.ids);
  readonly counters = new InMemoryCounters(this.clock);
  readonly sends = new SendBudget(
    new MessageBudget(this.counters, this.limits),
    new SmsQuota(this.counters, this.limits),
  );
  readonly intake = new RegistrationAdmissionControl(this.attempts, this.due, this.limits, this.clock);
  readonly requests = new CodeRequests(
    ...([this.attempts, this.secrets, this.codes, this.sends, this.due, this.opaqueIds, this.rules] as const),
  );
  readonly admission = new RegistrationActivator(
    this.work,
    this.keys,
    this.credentials,
    this.directory,
    this.attempts,
    this.codes,
    this.identifiers,
    this.audit,
  );
  readonly registrants = new RegistrantAuthenticator(
    ...([this.attempts, this.secrets, this.credentials, this.identifiers, this.tries] as const),
  );
  readonly #verifiedAttempts = new VerifiedAttemptActivator(
    this.attempts,
    this.secrets,
    this.admission,
    this.identifiers,
  );
  readonly #strangers = new VerifiedIdentifierActivator(
    ...([
      this.work,
      this.keys,
      this.directory,
      this.attempts,
      this.identifiers,
      this.ids,
      this.rules,
      this.audit,
    ] as const),
  );
  readonly #accept = new AcceptVerificationHandler(
    ...([this.#verifiedAttempts, this.#strangers, this.work, this.inbox, this.clock] as const),
  );
  readonly messages = new TemplateRegistrationMessages(this.ids, this.rules);
  readonly codeDue = new SendRegistrationCodeJob(
    this.attempts,
    this.codes,
    this.messages,
    this.rules,
    this.due,
    this.ids,
  );
  readonly codeSent = new PublishCodeSentJob(this.attempts, this.announcer);
  readonly #register = new RegisterHandler(
    this.rules,
    new PlainNewPasswords(),
    this.intake,
    this.channels,
    this.registrationIds,
    this.drafts,
    this.attempts,
    this.announcer,
    this.requests,
  );
  readonly #resend = new ResendCodeHandler(this.intake, this.attempts, this.announcer, this.requests);
  readonly #activate = new ActivateRegistrationHandler(this.attempts, this.codes, this.admission, this.ids, this.clock);

  register(changes: Partial<RegistrationInput> = {}, source = SOURCE) {
    return this.#register.execute(new Register({ ...MIA, ...changes }, source));
  }

  resend(application: Partial<RegistrationInput> = {}, source = SOURCE) {
    return this.#resend.execute(new ResendCode(this.keyOf(application), source));
  }

  activate(code: string, application: Partial<RegistrationInput> = {}) {
    const { password = '' } = { ...MIA, ...application };
    const [preHash] = this.credentials.preHashes(password);
    return this.#activate.execute(new ActivateRegistration(this.keyOf(application), preHash, code, SOURCE.prefix));
  }

  /** Handles an event that verifies the identifier. @param id of the event */
  receiveVerification(verification: Verification, id: string = this.ids.next()) {
    const from = { consumer: 'registration', ordered: false, source: '/elsewhere', type: 'customer.verified.v1' };
    const event = { ...from, id, subject: null, sequence: null, data: verification };
    return this.#accept.execute(new AcceptVerification(verification, event));
  }

  /** Runs the pending jobs as a background worker does: composes and accepts each message. Returns the sent messages. */
  async deliverDueMessages(): Promise<readonly string[]> {
    const sent: string[] = [];
    for (let due = this.due.enqueued.shift(); due; due = this.due.enqueued.shift()) {
      const source = due.kind === this.codeSent.kind ? this.codeSent : this.codeDue;
      const written = await source.prepareMessage(due.reference);
      if (written?.message) sent.push(written.message.text);
      await written?.markAccepted();
    }
    return sent;
  }

  /** Registers, and returns the code that was sent. */
  async registerAndReadCode(changes: Partial<RegistrationInput> = {}): Promise<string> {
    await this.register(changes);
    const [text = ''] = await this.deliverDueMessages();
    return text.slice(0, this.codes.length);
  }

  keyOf(application: Partial<RegistrationInput> = {}): AttemptKey {
    const { email, phone, password = '' } = { ...MIA, ...application };
    const identifierHash = this.identifiers.hash(parseIdentifier(email ?? phone, this.rules.defaultMarket));
    const [preHash] = this.credentials.preHashes(password);
    return { identifierHash, tag: this.secrets.computeTags(identifierHash, preHash)[0] };
  }

  attempt(application: Partial<RegistrationInput> = {}): Promise<AttemptState | null> {
    const { identifierHash, tag } = this.keyOf(application);
    return this.attempts.find(identifierHash, [tag]);
  }

  /** Ids of all customers. */
  get customers(): readonly string[] {
    return this.directory.customers.map(({ id }) => id);
  }

  /** Number of published customer-created events. */
  get created(): number {
    return this.outbox.types.filter((type) => type === 'customer.created.v1').length;
  }

  /** Number of guesses that are charged and not refunded. */
  get charged(): number {
    return this.codes.guesses.charged.length;
  }
}
