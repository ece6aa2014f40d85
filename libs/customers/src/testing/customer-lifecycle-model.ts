import { parseIdentifier } from '#kernel';
import type { CustomerLifecycleHarness } from './customer-lifecycle-harness.js';
import { EMAILS, type LifecycleStep, MAX_CUSTOMERS, PHONES } from './customer-lifecycle-steps.js';

interface ModelCustomer {
  readonly id: string;
  state: 'active' | 'suspended' | 'deleted' | 'erased';
  /** The status at the time of deletion. */
  statusBeforeDeletion: 'active' | 'suspended';
  email: string | null;
  phone: string | null;
  version: number;
  /** `over` is true once the sessions at the time of the request have ended. */
  pending: { readonly to: string; readonly code: string; over: boolean } | null;
}

type Outcome = 'done' | 'CustomerNotFound' | 'IdentifierTaken' | 'InvalidInput' | 'taken' | 'code_expired';

/** A simple model of INV-14 and INV-03. */
export class CustomerLifecycleModel {
  readonly #customers: ModelCustomer[] = [];

  constructor(private readonly harness: CustomerLifecycleHarness) {}

  /** @throws Error when the outcome differs from the model */
  async applyStep(step: LifecycleStep): Promise<void> {
    if (step.do === 'create') return this.#create(step.to);
    const person = this.#customers[step.whose % Math.max(1, this.#customers.length)];
    if (!person) return this.#create(EMAILS[0] ?? '');
    const should = this.#expected(step, person);
    assertEqual(step.do, await this.#runStep(step, person), should);
    if (should === 'done') this.#updateModel(step, person);
    // The removal is rolled back when the customer does not exist.
    if (step.do === 'confirm' && should !== 'CustomerNotFound') person.pending = null;
  }

  /** Checks every record, the holder of every identifier, and one event per version in order. */
  async assertInvariants(): Promise<void> {
    for (const { id, state: expected, statusBeforeDeletion, email, phone, version } of this.#customers) {
      const state = (await this.harness.customers.findById(id))?.snapshot();
      const is = state && [state.email, state.phone, state.version, state.status, state.deletedAt !== null];
      const isGone = expected === 'deleted' || expected === 'erased';
      assertEqual(`whether ${id} may sign in`, this.harness.maySignIn(id), expected === 'active');
      assertEqual(`customer ${id}`, is, [email, phone, version, isGone ? statusBeforeDeletion : expected, isGone]);
      const sequences = this.harness.outbox.events
        .filter(({ subject }) => subject === id)
        .map(({ sequence }) => sequence);
      assertEqual(`events of ${id}`, sequences, [...sequences.keys()].map((at) => at + 1).slice(0, version));
      assertEqual(`events of ${id}`, sequences.length, version);
    }
    for (const typed of [...EMAILS, ...PHONES]) {
      const identifier = parseIdentifier(typed, 'US');
      const [hash, owner] = [this.harness.hasher.hash(identifier), this.#ownerOf(typed)?.id ?? null];
      const { holder } = await this.harness.customers.lookUpHolders(identifier.kind, [hash], null);
      assertEqual(`the holder of ${typed}`, holder?.id ?? null, owner);
      assertEqual(`who signs in with ${typed}`, this.harness.names.customerIdByHash.get(hash) ?? null, owner);
    }
  }

  async #create(email: string): Promise<void> {
    if (this.#customers.length === MAX_CUSTOMERS) return;
    const should = this.#ownerOf(email) ? 'IdentifierTaken' : 'done';
    let id = '';
    const is = await outcomeOf(async () => {
      id = await this.harness.create(email);
    });
    assertEqual('create', is, should);
    if (is !== 'done') return;
    this.#customers.push({
      id,
      state: 'active',
      statusBeforeDeletion: 'active',
      email,
      phone: null,
      version: 1,
      pending: null,
    });
  }

  #expected(step: Exclude<LifecycleStep, { do: 'create' }>, person: ModelCustomer): Outcome {
    const { state, pending, email, phone } = person;
    const isLiving = state === 'active' || state === 'suspended';
    const isTaken = (identifier: string | null) =>
      identifier !== null && ![undefined, person].includes(this.#ownerOf(identifier));
    switch (step.do) {
      case 'restore':
        if (isLiving) return 'done';
        if (state === 'erased') return 'CustomerNotFound';
        return isTaken(email) || isTaken(phone) ? 'IdentifierTaken' : 'done';
      case 'erase':
        return state === 'erased' ? 'CustomerNotFound' : 'done';
      case 'confirm':
        if (!pending) return 'code_expired';
        if (!isLiving) return 'CustomerNotFound';
        if (isTaken(pending.to)) return 'taken';
        return pending.over ? 'code_expired' : 'done';
      case 'ask':
        if (!isLiving) return 'CustomerNotFound';
        return step.to === email || step.to === phone ? 'InvalidInput' : 'done';
      default:
        return isLiving ? 'done' : 'CustomerNotFound';
    }
  }

  #runStep(step: Exclude<LifecycleStep, { do: 'create' }>, person: ModelCustomer): Promise<Outcome> {
    const { harness } = this;
    const { id, version, pending } = person;
    return outcomeOf(async () => {
      switch (step.do) {
        case 'rename':
          return harness.change(id, `Name ${version}`);
        case 'suspend':
          return harness.change(id, undefined, 'suspended');
        case 'reactivate':
          return harness.change(id, undefined, 'active');
        case 'ask': {
          const { to } = step;
          const code = await harness.requestCode(id, to.includes('@') ? { email: to } : { phone: to });
          person.pending = { to, code, over: false };
          return undefined;
        }
        case 'confirm':
          return (await harness.confirmChange(id, pending?.code ?? '00000000')).outcome;
        default:
          return harness[step.do](id);
      }
    });
  }

  #updateModel(step: Exclude<LifecycleStep, { do: 'create' }>, person: ModelCustomer): void {
    const { state, pending } = person;
    const to = { suspend: 'suspended', reactivate: 'active', delete: 'deleted', erase: 'erased' } as const;
    const ends = () => {
      if (pending) pending.over = true;
    };
    switch (step.do) {
      case 'rename':
        person.version++;
        break;
      case 'suspend':
      case 'reactivate':
        if (state === to[step.do]) break;
        person.state = to[step.do];
        person.version++;
        if (step.do === 'suspend') ends();
        break;
      case 'delete':
      case 'erase':
        if (state === 'active' || state === 'suspended') person.statusBeforeDeletion = state;
        person.state = to[step.do];
        person.version++;
        ends();
        if (step.do === 'erase') Object.assign(person, { email: null, phone: null, pending: null });
        break;
      case 'restore':
        if (state !== 'deleted') break;
        person.state = person.statusBeforeDeletion;
        person.version++;
        break;
      case 'confirm':
        if (pending) person[pending.to.includes('@') ? 'email' : 'phone'] = pending.to;
        person.version += 2;
    }
  }

  /** The owner among customers who are not deleted. */
  #ownerOf(identifier: string): ModelCustomer | undefined {
    const isOwner = ({ email, phone, state }: ModelCustomer) =>
      (email === identifier || phone === identifier) && (state === 'active' || state === 'suspended');
    return this.#customers.find(isOwner);
  }
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    const outcome = await work();
    return outcome === undefined || outcome === 'changed' ? 'done' : (outcome as Outcome);
  } catch (error) {
    return (error as Error).constructor.name as Outcome;
  }
}

function assertEqual(what: string, is: unknown, should: unknown): void {
  const [seen, wanted] = [JSON.stringify(is), JSON.stringify(should)];
  if (seen !== wanted) throw new Error(`${what}: it is ${seen} and should be ${wanted}`);
}
