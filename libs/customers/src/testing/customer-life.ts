import { type NewSubject, SubjectErasure } from '#auth';
import { GuessErasure } from '#codes';
import { EventErasure } from '#kernel';
import { ChangeCustomer, ChangeCustomerHandler } from '../application/commands/change-customer.js';
import { CreateCustomer, CreateCustomerHandler } from '../application/commands/create-customer.js';
import { DeleteCustomer, DeleteCustomerHandler } from '../application/commands/delete-customer.js';
import { EraseCustomer, EraseCustomerHandler } from '../application/commands/erase-customer.js';
import { RestoreCustomer, RestoreCustomerHandler } from '../application/commands/restore-customer.js';
import { CustomerEraser } from '../application/customer-eraser.js';
import { LocalCustomerDirectory } from '../application/local-customer-directory.js';
import { IdentifierWatchers } from '../facade.js';
import { IdentifierChanges } from './identifier-changes.js';
import { InMemoryCustomerViews } from './in-memory-customers.js';
import type { InMemorySignInNames } from './in-memory-sign-in-names.js';
import { RecordingCredentials } from './recording-credentials.js';
import type { RecordingSignIns } from './recording-sign-ins.js';

const ORDERED = { by: 'an admin', source: '192.0.2.7' };
const FREE = { identifierChanges: null, sendsPerSourceMinute: null, sendsPerSourceDay: null, sendsPerIdentifier: null };
const GUESSES = new (class extends GuessErasure {
  override async forget(): Promise<void> {}
})();
const EVENTS = new (class extends EventErasure {
  override async erase(): Promise<void> {}
})();

/** Names and sessions follow a customer, as auth promises. */
class FollowingCredentials extends RecordingCredentials {
  /** Whether he may sign in. */
  readonly standing = new Map<string, 'active' | 'suspended'>();

  constructor(
    private readonly names: InMemorySignInNames,
    private readonly signIns: RecordingSignIns,
  ) {
    super();
  }

  override async enrol({ customerId, identifierHash }: NewSubject): Promise<void> {
    await this.readmit(customerId, identifierHash);
  }

  override async setStatus(customerId: string, status: 'active' | 'suspended'): Promise<void> {
    this.standing.set(customerId, status);
    if (status === 'suspended') await this.signIns.endAll(customerId);
  }

  override async withdraw(customerId: string): Promise<void> {
    for (const [hash, id] of this.names.ids) if (id === customerId) this.names.ids.delete(hash);
    await this.setStatus(customerId, 'suspended');
  }

  override async readmit(customerId: string, identifierHash: string): Promise<void> {
    await this.names.add(customerId, identifierHash);
    this.standing.set(customerId, 'active');
  }
}

/** Everything that can happen to a customer, over fakes. */
export class CustomerLife extends IdentifierChanges {
  readonly #credentials = new FollowingCredentials(this.names, this.signIns);
  readonly #watchers = new IdentifierWatchers();
  readonly #eraser: CustomerEraser;
  readonly #create: CreateCustomerHandler;

  constructor() {
    super(FREE);
    this.passwords.check = async (id) => ({ outcome: 'right', generation: this.signIns.generationOf(id) });
    const { customers, names, outbox, hasher, clock, audit, work, record, pending, ids } = this;
    const [credentials, watchers] = [this.#credentials, this.#watchers];
    const views = new InMemoryCustomerViews(customers);
    const directory = new LocalCustomerDirectory(customers, views, credentials, names, outbox, hasher, clock);
    const rules = { defaultMarket: 'US' };
    this.#create = new CreateCustomerHandler(work, watchers, directory, customers, audit, hasher, ids, rules);
    const subjects = new (class extends SubjectErasure {
      override erase = (id: string) => credentials.withdraw(id);
    })();
    this.#eraser = new CustomerEraser(work, record, customers, pending, subjects, GUESSES, EVENTS, watchers, hasher);
  }

  maySignIn(id: string): boolean {
    return this.#credentials.standing.get(id) === 'active';
  }

  async create(email: string): Promise<string> {
    return (await this.#create.execute(new CreateCustomer({ email }, undefined, ORDERED))).id;
  }

  async change(id: string, firstName: string | undefined, status?: 'active' | 'suspended'): Promise<void> {
    const profile = firstName === undefined ? {} : { firstName };
    const handler = new ChangeCustomerHandler(this.work, this.record, this.#credentials);
    await handler.execute(new ChangeCustomer(id, profile, status, null, ORDERED));
  }

  delete(id: string): Promise<void> {
    const handler = new DeleteCustomerHandler(this.work, this.record, this.#credentials);
    return handler.execute(new DeleteCustomer(id, null, ORDERED));
  }

  async restore(id: string): Promise<void> {
    const handler = new RestoreCustomerHandler(this.work, this.record, this.#credentials, this.hasher);
    await handler.execute(new RestoreCustomer(id, ORDERED));
  }

  erase(id: string): Promise<void> {
    return new EraseCustomerHandler(this.#eraser).execute(new EraseCustomer(id, null, ORDERED));
  }
}
