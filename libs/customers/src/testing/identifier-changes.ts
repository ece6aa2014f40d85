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
import { RecordingDueMessages, SettableChannels } from '#notifications/testing';
import { AesNoticeSeals } from '../adapters/crypto/aes-notice-seals.js';
import { TemplateChangeMessages } from '../adapters/messages/template-change-messages.js';
import { AccountNotices } from '../application/account-notices.js';
import { ChangeNotices } from '../application/change-notices.js';
import type { ChangeRules } from '../application/change-ports.js';
import { ChangeRequests } from '../application/change-requests.js';
import {
  AskForIdentifier,
  AskForIdentifierHandler,
  type WantedIdentifier,
} from '../application/commands/ask-for-identifier.js';
import { ConfirmIdentifier, ConfirmIdentifierHandler } from '../application/commands/confirm-identifier.js';
import { CustomerRecord } from '../application/customer-record.js';
import { DocumentNames } from '../application/document-names.js';
import { IdentifierChanger } from '../application/identifier-changer.js';
import { hashesOf } from '../application/identifier-hashes.js';
import { ChangeCodeDue } from '../application/subscribers/change-code-due.js';
import { AccountNoticeDue, ChangeNoticeDue } from '../application/subscribers/change-notice-due.js';
import { Customer, type Newcomer } from '../domain/customer.js';
import { IdentifierWatchers } from '../facade.js';
import { aNewcomer } from './a-newcomer.js';
import { InMemoryCustomers } from './in-memory-customers.js';
import { InMemoryPendingChanges } from './in-memory-pending-changes.js';
import { InMemorySignInNames } from './in-memory-sign-in-names.js';
import { RecordingSignIns } from './recording-sign-ins.js';
import { SettableReauthentication } from './settable-reauthentication.js';

const SOURCE = '192.0.2.7';
const LIMITS: ChangeRules['limits'] & MessageLimits = {
  identifierChanges: 5,
  sendsPerSourceMinute: 3,
  sendsPerSourceDay: 5,
  sendsPerIdentifier: 30,
  smsPerSource: 50,
  smsPerDay: 1_000,
  messageBacklogSeconds: 5,
};

/** Everything a change of an identifier goes through, over fakes; Mia is a customer. */
export class IdentifierChanges {
  readonly clock = new FixedClock();
  readonly ids = new CountingIds();
  readonly counters = new InMemoryCounters(this.clock);
  readonly customers = new InMemoryCustomers();
  readonly pending = new InMemoryPendingChanges();
  readonly names = new InMemorySignInNames();
  readonly codes = new InMemoryCodes(this.clock);
  readonly due = new RecordingDueMessages();
  readonly outbox = new RecordingOutbox();
  readonly audit = new RecordingAuditTrail();
  readonly passwords = new SettableReauthentication();
  readonly signIns = new RecordingSignIns();
  readonly channels = new SettableChannels();
  readonly hasher = new PlainIdentifierHasher();
  readonly afterCommit = new ImmediateAfterCommit();
  readonly seals = new AesNoticeSeals([{ kid: '0', secret: 'a secret of the tests, long enough for all' }]);
  readonly work = new ImmediateUnitOfWork(this.customers, this.pending, this.names, this.outbox);
  readonly record: CustomerRecord;
  readonly codeDue: ChangeCodeDue;
  readonly noticeDue: ChangeNoticeDue;
  readonly accountNoticeDue: AccountNoticeDue;
  readonly accountNotices: AccountNotices;
  readonly #ask: AskForIdentifierHandler;
  readonly #confirm: ConfirmIdentifierHandler;

  constructor(changes: Partial<typeof LIMITS> = {}) {
    const limits = { ...LIMITS, ...changes };
    const rules: ChangeRules = { smsCountries: ['US', 'BR'], limits };
    const { customers, names, hasher, outbox, audit, clock, pending, codes, counters, ids } = this;
    const documents = new DocumentNames(customers, names, hasher);
    this.record = new CustomerRecord(customers, documents, outbox, audit, clock, hasher, new IdentifierWatchers());
    const notices = new ChangeNotices(this.due, this.seals);
    const sms = new SmsQuota(counters, limits);
    const requests = new ChangeRequests(counters, new MessageBudget(counters, limits), sms, this.due, rules);
    const { passwords, channels, signIns, afterCommit, record, work } = this;
    this.#ask = new AskForIdentifierHandler(
      record,
      passwords,
      channels,
      hasher,
      requests,
      notices,
      pending,
      work,
      audit,
      ids,
      rules,
    );
    const changer = new IdentifierChanger(pending, record, customers, hasher, names, signIns, notices, afterCommit);
    this.#confirm = new ConfirmIdentifierHandler(pending, codes, changer, work, audit, ids);
    const messages = new TemplateChangeMessages(ids);
    this.codeDue = new ChangeCodeDue(pending, customers, codes, messages);
    this.noticeDue = new ChangeNoticeDue(this.seals, messages, sms, rules);
    this.accountNoticeDue = new AccountNoticeDue(this.seals, messages, sms, rules);
    this.accountNotices = new AccountNotices(customers, notices, counters, limits);
  }

  /** A customer with this identifier, who signs in with it. */
  async admit(typed: string, changes: Partial<Newcomer> = {}): Promise<string> {
    const customer = Customer.admit(
      aNewcomer({ identifier: parseIdentifier(typed, 'US'), ...changes }),
      this.clock.now(),
    );
    await this.customers.add(customer, hashesOf(customer, this.hasher));
    for (const identifier of customer.identifiers) await this.names.add(customer.id, this.hasher.hash(identifier));
    return customer.id;
  }

  ask(customerId: string, wanted: WantedIdentifier, source = SOURCE) {
    return this.#ask.execute(
      new AskForIdentifier(customerId, wanted, 'a password', { prefix: source, trusted: false }, 'this session'),
    );
  }

  confirm(customerId: string, code: string, sessionId = 'this session') {
    return this.#confirm.execute(new ConfirmIdentifier(customerId, code, { sessionId, source: SOURCE }));
  }

  /** Sends everything that is due, and forgets it: recipient and text of each. */
  async send(): Promise<{ readonly to: string; readonly text: string }[]> {
    const sent = [];
    for (const { kind, reference } of this.due.due.splice(0)) {
      const sources = [this.codeDue, this.noticeDue, this.accountNoticeDue];
      const written = await sources.find((source) => source.kind === kind)?.write(reference);
      await written?.accepted();
      if (written?.message) sent.push({ to: written.message.to, text: written.message.text });
    }
    return sent;
  }

  /** Asks and sends: the code. */
  async codeFor(customerId: string, wanted: WantedIdentifier): Promise<string> {
    const asked = await this.ask(customerId, wanted);
    if (asked.outcome !== 'asked') throw new Error(asked.outcome);
    const { canonical } = asked.identifier;
    const code = (await this.send()).filter(({ to }) => to === canonical).map(({ text }) => /^\d{8}/.exec(text)?.[0]);
    return code.at(-1) ?? '';
  }

  /** What he has, and signs in with. */
  async of(customerId: string) {
    const state = (await this.customers.byId(customerId))?.snapshot();
    const names = [...this.names.ids].filter(([, id]) => id === customerId).map(([hash]) => hash);
    return { email: state?.email, phone: state?.phone, version: state?.version, names };
  }
}
