import { parseIdentifier } from '#kernel';
import type { CustomerLife } from './customer-life.js';
import { EMAILS, MOST, PHONES, type Step } from './customer-steps.js';

interface Person {
  readonly id: string;
  standing: 'active' | 'suspended' | 'deleted' | 'erased';
  /** When he was deleted. */
  before: 'active' | 'suspended';
  email: string | null;
  phone: string | null;
  version: number;
  /** The code is alive until the sessions of the moment when it was asked for have ended. */
  pending: { readonly to: string; readonly code: string; over: boolean } | null;
}

type Outcome = 'done' | 'CustomerNotFound' | 'IdentifierTaken' | 'InvalidInput' | 'taken' | 'code_expired';

/** INV-14, and INV-03 beside it, as the simplest thing that could be right. */
export class CustomerModel {
  readonly #people: Person[] = [];

  constructor(private readonly life: CustomerLife) {}

  /** @throws Error when something else happens */
  async take(step: Step): Promise<void> {
    if (step.do === 'create') return this.#create(step.to);
    const person = this.#people[step.whose % Math.max(1, this.#people.length)];
    if (!person) return this.#create(EMAILS[0] ?? '');
    const should = this.#expected(step, person);
    agree(step.do, await this.#attempt(step, person), should);
    if (should === 'done') this.#follow(step, person);
    // Rolled back with the rest when there is no such customer.
    if (step.do === 'confirm' && should !== 'CustomerNotFound') person.pending = null;
  }

  /** Everybody is as he should be, every identifier his whose it is, and every version was told once, in order. */
  async check(): Promise<void> {
    for (const { id, standing, before, email, phone, version } of this.#people) {
      const state = (await this.life.customers.byId(id))?.snapshot();
      const is = state && [state.email, state.phone, state.version, state.status, state.deletedAt !== null];
      const isGone = standing === 'deleted' || standing === 'erased';
      agree(`whether ${id} may sign in`, this.life.maySignIn(id), standing === 'active');
      agree(`customer ${id}`, is, [email, phone, version, isGone ? before : standing, isGone]);
      const told = this.life.outbox.events.filter(({ subject }) => subject === id).map(({ sequence }) => sequence);
      agree(`events of ${id}`, told, [...told.keys()].map((at) => at + 1).slice(0, version));
      agree(`events of ${id}`, told.length, version);
    }
    for (const typed of [...EMAILS, ...PHONES]) {
      const identifier = parseIdentifier(typed, 'US');
      const [hash, owner] = [this.life.hasher.hash(identifier), this.#ownerOf(typed)?.id ?? null];
      const { holder } = await this.life.customers.lookUp(identifier.kind, [hash], null);
      agree(`the holder of ${typed}`, holder?.id ?? null, owner);
      agree(`who signs in with ${typed}`, this.life.names.ids.get(hash) ?? null, owner);
    }
  }

  async #create(email: string): Promise<void> {
    if (this.#people.length === MOST) return;
    const should = this.#ownerOf(email) ? 'IdentifierTaken' : 'done';
    let id = '';
    const is = await outcomeOf(async () => {
      id = await this.life.create(email);
    });
    agree('create', is, should);
    if (is !== 'done') return;
    this.#people.push({ id, standing: 'active', before: 'active', email, phone: null, version: 1, pending: null });
  }

  #expected(step: Exclude<Step, { do: 'create' }>, person: Person): Outcome {
    const { standing, pending, email, phone } = person;
    const isLiving = standing === 'active' || standing === 'suspended';
    const isTaken = (one: string | null) => one !== null && ![undefined, person].includes(this.#ownerOf(one));
    switch (step.do) {
      case 'restore':
        if (isLiving) return 'done';
        if (standing === 'erased') return 'CustomerNotFound';
        return isTaken(email) || isTaken(phone) ? 'IdentifierTaken' : 'done';
      case 'erase':
        return standing === 'erased' ? 'CustomerNotFound' : 'done';
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

  #attempt(step: Exclude<Step, { do: 'create' }>, person: Person): Promise<Outcome> {
    const { life } = this;
    const { id, version, pending } = person;
    return outcomeOf(async () => {
      switch (step.do) {
        case 'rename':
          return life.change(id, `Name ${version}`);
        case 'suspend':
          return life.change(id, undefined, 'suspended');
        case 'reactivate':
          return life.change(id, undefined, 'active');
        case 'ask': {
          const { to } = step;
          const code = await life.codeFor(id, to.includes('@') ? { email: to } : { phone: to });
          person.pending = { to, code, over: false };
          return undefined;
        }
        case 'confirm':
          return (await life.confirm(id, pending?.code ?? '00000000')).outcome;
        default:
          return life[step.do](id);
      }
    });
  }

  #follow(step: Exclude<Step, { do: 'create' }>, person: Person): void {
    const { standing, pending } = person;
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
        if (standing === to[step.do]) break;
        person.standing = to[step.do];
        person.version++;
        if (step.do === 'suspend') ends();
        break;
      case 'delete':
      case 'erase':
        if (standing === 'active' || standing === 'suspended') person.before = standing;
        person.standing = to[step.do];
        person.version++;
        ends();
        if (step.do === 'erase') Object.assign(person, { email: null, phone: null, pending: null });
        break;
      case 'restore':
        if (standing !== 'deleted') break;
        person.standing = person.before;
        person.version++;
        break;
      case 'confirm':
        if (pending) person[pending.to.includes('@') ? 'email' : 'phone'] = pending.to;
        person.version += 2;
    }
  }

  /** Of the living. */
  #ownerOf(one: string): Person | undefined {
    const isHis = ({ email, phone, standing }: Person) =>
      (email === one || phone === one) && (standing === 'active' || standing === 'suspended');
    return this.#people.find(isHis);
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

function agree(what: string, is: unknown, should: unknown): void {
  const [seen, wanted] = [JSON.stringify(is), JSON.stringify(should)];
  if (seen !== wanted) throw new Error(`${what}: it is ${seen} and should be ${wanted}`);
}
