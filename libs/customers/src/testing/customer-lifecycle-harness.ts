import { type NewSubject, SubjectErasure } from '#auth';
import { GuessErasure } from '#codes';
import { EventErasure } from '#kernel';
import { ChangeCustomer, ChangeCustomerHandler } from '../application/commands/change-customer.js';
import { CreateCustomer, CreateCustomerHandler } from '../application/commands/create-customer.js';
import { DeleteCustomer, DeleteCustomerHandler } from '../application/commands/delete-customer.js';
import { EraseCustomer, EraseCustomerHandler } from '../application/commands/erase-customer.js';
import { RestoreCustomer, RestoreCustomerHandler } from '../application/commands/restore-customer.js';
import { CustomerEraser } from '../application/services/customer-eraser.js';
import { LocalCustomerDirectory } from '../application/services/local-customer-directory.js';
import { IdentifierAssignmentListeners } from '../facade.js';
import { IdentifierChangeHarness } from './identifier-change-harness.js';
import { InMemoryCustomerViews } from './in-memory-customers.js';
import type { InMemorySignInNames } from './in-memory-sign-in-names.js';
import { RecordingCredentials } from './recording-credentials.js';
import type { RecordingSignIns } from './recording-sign-ins.js';

const ADMIN_ACTOR = { by: 'an admin', source: '192.0.2.7' };
const NO_LIMITS = {
  identifierChanges: null,
  sendsPerSourceMinute: null,
  sendsPerSourceDay: null,
  sendsPerIdentifier: null,
};
const GUESSES = new (class extends GuessErasure {
  override async eraseGuesses(): Promise<void> {}
})();
const EVENTS = new (class extends EventErasure {
  override async erase(): Promise<void> {}
})();

/** Keeps sign-in names and sessions in step with the customer, like the auth module. */
class SyncingCredentials extends RecordingCredentials {
  /** Status by customer id. */
  readonly signInStatus = new Map<string, 'active' | 'suspended'>();

  constructor(
    private readonly names: InMemorySignInNames,
    private readonly signIns: RecordingSignIns,
  ) {
    super();
  }

  override async enrol({ customerId, identifierHash }: NewSubject): Promise<void> {
    await this.restoreSignIn(customerId, identifierHash);
  }

  override async setStatus(customerId: string, status: 'active' | 'suspended'): Promise<void> {
    this.signInStatus.set(customerId, status);
    if (status === 'suspended') await this.signIns.endAllSessions(customerId);
  }

  override async revokeSignIn(customerId: string): Promise<void> {
    for (const [hash, id] of this.names.customerIdByHash)
      if (id === customerId) this.names.customerIdByHash.delete(hash);
    await this.setStatus(customerId, 'suspended');
  }

  override async restoreSignIn(customerId: string, identifierHash: string): Promise<void> {
    await this.names.add(customerId, identifierHash);
    this.signInStatus.set(customerId, 'active');
  }
}

/** Runs every customer command over fakes. */
export class CustomerLifecycleHarness extends IdentifierChangeHarness {
  readonly #credentials = new SyncingCredentials(this.names, this.signIns);
  readonly #listeners = new IdentifierAssignmentListeners();
  readonly #eraser: CustomerEraser;
  readonly #create: CreateCustomerHandler;

  constructor() {
    super(NO_LIMITS);
    this.passwords.checkPassword = async (id) => ({ outcome: 'right', generation: this.signIns.generationOf(id) });
    const { customers, names, outbox, hasher, clock, audit, work, updater, pending, ids } = this;
    const [credentials, listeners] = [this.#credentials, this.#listeners];
    const views = new InMemoryCustomerViews(customers);
    const directory = new LocalCustomerDirectory(customers, views, credentials, names, outbox, hasher, clock);
    const settings = { defaultMarket: 'US' };
    this.#create = new CreateCustomerHandler(work, listeners, directory, customers, audit, hasher, ids, settings);
    const subjects = new (class extends SubjectErasure {
      override eraseSubject = (id: string) => credentials.revokeSignIn(id);
    })();
    this.#eraser = new CustomerEraser(work, updater, customers, pending, subjects, GUESSES, EVENTS, listeners, hasher);
  }

  maySignIn(id: string): boolean {
    return this.#credentials.signInStatus.get(id) === 'active';
  }

  async create(email: string): Promise<string> {
    return (await this.#create.execute(new CreateCustomer({ email }, undefined, ADMIN_ACTOR))).id;
  }

  async change(id: string, firstName: string | undefined, status?: 'active' | 'suspended'): Promise<void> {
    const profile = firstName === undefined ? {} : { firstName };
    const handler = new ChangeCustomerHandler(this.work, this.updater, this.#credentials);
    await handler.execute(new ChangeCustomer(id, profile, status, null, ADMIN_ACTOR));
  }

  delete(id: string): Promise<void> {
    const handler = new DeleteCustomerHandler(this.work, this.updater, this.#credentials);
    return handler.execute(new DeleteCustomer(id, null, ADMIN_ACTOR));
  }

  async restore(id: string): Promise<void> {
    const handler = new RestoreCustomerHandler(this.work, this.updater, this.#credentials, this.hasher);
    await handler.execute(new RestoreCustomer(id, ADMIN_ACTOR));
  }

  erase(id: string): Promise<void> {
    return new EraseCustomerHandler(this.#eraser).execute(new EraseCustomer(id, null, ADMIN_ACTOR));
  }
}
