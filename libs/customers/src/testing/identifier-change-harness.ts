import { InMemoryCodes } from '#codes/testing';
import { parseIdentifier } from '#kernel';
import {
  CountingIds,
  FixedClock,
  ImmediateAfterCommit,
  ImmediateUnitOfWork,
  InMemoryCounters,
  PlainIdentifierHasher,
  RecordingAuditTrail,
  RecordingOutbox,
} from '#kernel/testing';
import { MessageBudget, type MessageLimits, SmsQuota } from '#notifications';
import { InMemoryChannels, RecordingJobQueue } from '#notifications/testing';
import { AesNoticeSealer } from '../adapters/crypto/aes-notice-sealer.js';
import { TemplateChangeMessages } from '../adapters/messages/template-change-messages.js';
import {
  ConfirmIdentifierChange,
  ConfirmIdentifierChangeHandler,
} from '../application/commands/confirm-identifier-change.js';
import {
  type NewIdentifierInput,
  RequestIdentifierChange,
  RequestIdentifierChangeHandler,
} from '../application/commands/request-identifier-change.js';
import type { IdentifierChangeSettings } from '../application/identifier-change-ports.js';
import { SendIdentifierChangeCodeJob } from '../application/jobs/send-identifier-change-code-job.js';
import {
  SendAccountNoticeJob,
  SendIdentifierChangeNoticeJob,
} from '../application/jobs/send-identifier-change-notice-job.js';
import { AccountChangeNotifier } from '../application/services/account-change-notifier.js';
import { CustomerUpdater } from '../application/services/customer-updater.js';
import { DocumentSignInNames } from '../application/services/document-sign-in-names.js';
import { IdentifierChangeRequests } from '../application/services/identifier-change-requests.js';
import { IdentifierChanger } from '../application/services/identifier-changer.js';
import { identifierHashesOf } from '../application/services/identifier-hashes.js';
import { NoticeQueue } from '../application/services/notice-queue.js';
import { Customer, type NewCustomer } from '../domain/customer.js';
import { IdentifierAssignmentListeners } from '../facade.js';
import { aNewCustomer } from './a-new-customer.js';
import { InMemoryCustomers } from './in-memory-customers.js';
import { InMemoryPendingIdentifierChanges } from './in-memory-pending-identifier-changes.js';
import { InMemorySignInNames } from './in-memory-sign-in-names.js';
import { RecordingSignIns } from './recording-sign-ins.js';
import { StubReauthentication } from './stub-reauthentication.js';

const SOURCE = '192.0.2.7';
const LIMITS: IdentifierChangeSettings['limits'] & MessageLimits = {
  identifierChanges: 5,
  sendsPerSourceMinute: 3,
  sendsPerSourceDay: 5,
  sendsPerIdentifier: 30,
  smsPerSource: 50,
  smsPerDay: 1_000,
  messageBacklogSeconds: 5,
};

/** Runs identifier changes over fakes. */
export class IdentifierChangeHarness {
  readonly clock = new FixedClock();
  readonly ids = new CountingIds();
  readonly counters = new InMemoryCounters(this.clock);
  readonly customers = new InMemoryCustomers();
  readonly pending = new InMemoryPendingIdentifierChanges();
  readonly names = new InMemorySignInNames();
  readonly codes = new InMemoryCodes(this.clock);
  readonly due = new RecordingJobQueue();
  readonly outbox = new RecordingOutbox();
  readonly audit = new RecordingAuditTrail();
  readonly passwords = new StubReauthentication();
  readonly signIns = new RecordingSignIns();
  readonly channels = new InMemoryChannels();
  readonly hasher = new PlainIdentifierHasher();
  readonly afterCommit = new ImmediateAfterCommit();
  readonly sealer = new AesNoticeSealer([{ kid: '0', secret: 'a secret of the tests, long enough for all' }]);
  readonly work = new ImmediateUnitOfWork(this.customers, this.pending, this.names, this.outbox);
  readonly updater: CustomerUpdater;
  readonly codeJob: SendIdentifierChangeCodeJob;
  readonly noticeJob: SendIdentifierChangeNoticeJob;
  readonly accountNoticeJob: SendAccountNoticeJob;
  readonly accountChangeNotifier: AccountChangeNotifier;
  readonly #ask: RequestIdentifierChangeHandler;
  readonly #confirm: ConfirmIdentifierChangeHandler;

  constructor(changes: Partial<typeof LIMITS> = {}) {
    const limits = { ...LIMITS, ...changes };
    const settings: IdentifierChangeSettings = { smsCountries: ['US', 'BR'], limits };
    const { customers, names, hasher, outbox, audit, clock, pending, codes, counters, ids } = this;
    const documents = new DocumentSignInNames(customers, names, hasher);
    this.updater = new CustomerUpdater(
      customers,
      documents,
      outbox,
      audit,
      clock,
      hasher,
      new IdentifierAssignmentListeners(),
    );
    const notices = new NoticeQueue(this.due, this.sealer);
    const sms = new SmsQuota(counters, limits);
    const requests = new IdentifierChangeRequests(
      counters,
      new MessageBudget(counters, limits),
      sms,
      this.due,
      settings,
    );
    const { passwords, channels, signIns, afterCommit, updater, work } = this;
    this.#ask = new RequestIdentifierChangeHandler(
      updater,
      passwords,
      channels,
      hasher,
      requests,
      notices,
      pending,
      work,
      audit,
      ids,
      settings,
    );
    const changer = new IdentifierChanger(pending, updater, customers, hasher, names, signIns, notices, afterCommit);
    this.#confirm = new ConfirmIdentifierChangeHandler(pending, codes, changer, work, audit, ids);
    const messages = new TemplateChangeMessages(ids);
    this.codeJob = new SendIdentifierChangeCodeJob(pending, customers, codes, messages);
    this.noticeJob = new SendIdentifierChangeNoticeJob(this.sealer, messages, sms, settings);
    this.accountNoticeJob = new SendAccountNoticeJob(this.sealer, messages, sms, settings);
    this.accountChangeNotifier = new AccountChangeNotifier(customers, notices, counters, limits);
  }

  /** Adds a customer with this identifier and sign-in name. */
  async addCustomer(typed: string, changes: Partial<NewCustomer> = {}): Promise<string> {
    const customer = Customer.create(
      aNewCustomer({ identifier: parseIdentifier(typed, 'US'), ...changes }),
      this.clock.now(),
    );
    await this.customers.add(customer, identifierHashesOf(customer, this.hasher));
    for (const identifier of customer.identifiers) await this.names.add(customer.id, this.hasher.hash(identifier));
    return customer.id;
  }

  requestChange(customerId: string, wanted: NewIdentifierInput, source = SOURCE) {
    return this.#ask.execute(
      new RequestIdentifierChange(customerId, wanted, 'a password', { prefix: source, trusted: false }, 'this session'),
    );
  }

  confirmChange(customerId: string, code: string, sessionId = 'this session') {
    return this.#confirm.execute(new ConfirmIdentifierChange(customerId, code, { sessionId, source: SOURCE }));
  }

  /** Sends and clears all enqueued jobs. Returns the recipient and text of each message. */
  async deliverDueMessages(): Promise<{ readonly to: string; readonly text: string }[]> {
    const sent = [];
    for (const { kind, reference } of this.due.enqueued.splice(0)) {
      const jobs = [this.codeJob, this.noticeJob, this.accountNoticeJob];
      const written = await jobs.find((job) => job.kind === kind)?.prepareMessage(reference);
      await written?.markAccepted();
      if (written?.message) sent.push({ to: written.message.to, text: written.message.text });
    }
    return sent;
  }

  /** Requests a change, delivers the messages and returns the code. */
  async requestCode(customerId: string, wanted: NewIdentifierInput): Promise<string> {
    const asked = await this.requestChange(customerId, wanted);
    if (asked.outcome !== 'asked') throw new Error(asked.outcome);
    const { canonical } = asked.identifier;
    const code = (await this.deliverDueMessages())
      .filter(({ to }) => to === canonical)
      .map(({ text }) => /^\d{8}/.exec(text)?.[0]);
    return code.at(-1) ?? '';
  }

  /** Returns the identifiers, version and sign-in names of a customer. */
  async stateOf(customerId: string) {
    const state = (await this.customers.findById(customerId))?.snapshot();
    const names = [...this.names.customerIdByHash].filter(([, id]) => id === customerId).map(([hash]) => hash);
    return { email: state?.email, phone: state?.phone, version: state?.version, names };
  }
}
