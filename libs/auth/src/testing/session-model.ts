import fc from 'fast-check';

export interface Pair {
  readonly refresh: string;
  readonly access: string;
}

/** What one can do with one's tokens, in this process or over the network. */
export interface Door {
  logIn(): Promise<Pair>;
  refresh(token: string): Promise<Pair | 'refused'>;
  logOut(access: string, scope: 'current' | 'all'): Promise<'done' | 'refused'>;
  /** Everybody who takes tokens takes this one. */
  isTaken(access: string): Promise<boolean>;
  /** Nobody who takes tokens takes this one, or will in a second from now. */
  isRefused(access: string): Promise<boolean>;
  /** More than the ten seconds in which a lost answer may be asked for again. */
  pass(): Promise<void>;
}

/** Numbers choose among what there is at that moment. */
export type Step =
  | { readonly do: 'log in' }
  | { readonly do: 'pass' }
  | { readonly do: 'refresh' | 'lose the answer' | 'refresh at once' | 'forge'; readonly whose: number }
  | { readonly do: 'refresh an old one'; readonly whose: number; readonly back: number }
  | {
      readonly do: 'log out' | 'log out while refreshing';
      readonly whose: number;
      readonly token: number;
      readonly scope: 'current' | 'all';
    };

const whose = fc.nat(7);
const scope = fc.constantFrom('current' as const, 'current' as const, 'all' as const);
const only = <T extends string>(name: T) => fc.constant(name);

export const steps = (maxLength: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 2, arbitrary: fc.record({ do: only('log in') }) },
      { weight: 1, arbitrary: fc.record({ do: only('pass') }) },
      { weight: 5, arbitrary: fc.record({ do: only('refresh'), whose }) },
      { weight: 2, arbitrary: fc.record({ do: only('lose the answer'), whose }) },
      { weight: 2, arbitrary: fc.record({ do: only('refresh at once'), whose }) },
      { weight: 1, arbitrary: fc.record({ do: only('forge'), whose }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: only('refresh an old one'), whose, back: fc.integer({ min: 1, max: 4 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: only('log out'), whose, token: fc.nat(7), scope }) },
      { weight: 1, arbitrary: fc.record({ do: only('log out while refreshing'), whose, token: fc.nat(7), scope }) },
    ),
    { minLength: 1, maxLength },
  );

/** A family as it should be. A token that nobody has seen is undefined: its answer was lost. */
interface Family {
  readonly tokens: (string | undefined)[];
  readonly access: string[];
  alive: boolean;
  /** It was exchanged less than ten seconds ago. */
  fresh: boolean;
}

const AT_ONCE = 4;

/** INV-05 and INV-06 as the simplest thing that could be right: an array per family. */
export class SessionModel {
  readonly #families: Family[] = [];

  constructor(private readonly door: Door) {}

  /** @throws Error when the door does otherwise */
  async take(step: Step): Promise<void> {
    if (step.do === 'log in') return this.#logIn();
    if (step.do === 'pass') return this.#pass();
    if (this.#families.length === 0) return this.#logIn();
    const family = this.#families[step.whose % this.#families.length] as Family;
    const turn = family.tokens.length - 1;
    switch (step.do) {
      case 'refresh':
        return this.#present(family, turn);
      case 'refresh an old one':
        return this.#present(family, turn - step.back);
      case 'lose the answer':
        return this.#present(family, turn, { lost: true });
      case 'refresh at once':
        return this.#atOnce(family, turn);
      case 'forge':
        return this.#forge(family.tokens.findLast((token) => token !== undefined) ?? '');
      case 'log out':
        return this.#logOut(family, step.token, step.scope);
      case 'log out while refreshing':
        return this.#logOut(family, step.token, step.scope, family.tokens[turn]);
    }
  }

  /** INV-06: tokens of what lives are taken everywhere, others nowhere. */
  async check(): Promise<void> {
    for (const [n, { access, alive }] of this.#families.entries())
      for (const token of [...access.slice(0, 1), ...access.slice(1).slice(-1)])
        agree(`access token of ${alive ? 'live' : 'ended'} family ${n}`, await this.#isAsItShould(token, alive), true);
  }

  /** INV-05: nothing of what has ended goes on, and of what lives one token does. */
  async end(): Promise<void> {
    await this.check();
    for (const family of this.#families) {
      const turn = family.tokens.length - 1;
      if (family.alive) await this.#present(family, turn);
      else for (let at = turn; at >= 0; at--) await this.#present(family, at);
    }
    await this.check();
  }

  #isAsItShould(token: string, alive: boolean): Promise<boolean> {
    return alive ? this.door.isTaken(token) : this.door.isRefused(token);
  }

  async #logIn(): Promise<void> {
    const { refresh, access } = await this.door.logIn();
    agree('a new refresh token', this.#isNew(refresh), true);
    this.#families.push({ tokens: [refresh], access: [access], alive: true, fresh: false });
  }

  async #pass(): Promise<void> {
    await this.door.pass();
    for (const family of this.#families) family.fresh = false;
  }

  async #present(family: Family, at: number, { lost = false } = {}): Promise<void> {
    const token = family.tokens[at];
    if (token === undefined) return;
    const turn = family.tokens.length - 1;
    const answer = await this.door.refresh(token);
    const goesOn = family.alive && at === turn;
    const repeats = family.alive && at === turn - 1 && family.fresh;
    if (goesOn || repeats) this.#goOn(family, lost ? 'lost' : answer, goesOn);
    else {
      agree('an answer to a token that is not good', answer, 'refused');
      family.alive = false;
    }
  }

  #goOn(family: Family, answer: Pair | 'refused' | 'lost', goesOn: boolean): void {
    if (goesOn) family.tokens.push(undefined);
    if (goesOn) family.fresh = true;
    if (answer === 'lost') return;
    if (answer === 'refused') throw new Error('a token that is good was refused');
    const turn = family.tokens.length - 1;
    if (family.tokens[turn] === undefined) agree('a child nobody has seen', this.#isNew(answer.refresh), true);
    else agree('the child of a repeat', answer.refresh, family.tokens[turn]);
    family.tokens[turn] = answer.refresh;
    family.access.push(answer.access);
  }

  async #atOnce(family: Family, at: number): Promise<void> {
    const token = family.tokens[at];
    if (token === undefined) return;
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => this.door.refresh(token)));
    for (const [n, answer] of answers.entries()) {
      if (family.alive) this.#goOn(family, answer, n === 0);
      else agree('an answer to a token of an ended family', answer, 'refused');
    }
  }

  async #forge(token: string): Promise<void> {
    const at = Math.floor(token.length / 2);
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    agree('an answer to a forged token', await this.door.refresh(forged), 'refused');
  }

  /** @param refresh is brought at the same moment: whichever comes first, nothing of it is good after both */
  async #logOut(family: Family, which: number, scope: 'current' | 'all', refresh?: string): Promise<void> {
    const access = family.access[which % family.access.length] ?? '';
    const [left, answer] = await Promise.all([
      this.door.logOut(access, scope),
      refresh === undefined ? undefined : this.door.refresh(refresh),
    ]);
    agree('an answer to a sign-out', left, family.alive ? 'done' : 'refused');
    if (family.alive) for (const ended of scope === 'all' ? this.#families : [family]) ended.alive = false;
    if (answer === undefined || answer === 'refused') return;
    agree('a child of a family that ended before', family.alive || left === 'done', true);
    family.tokens.push(answer.refresh);
    family.access.push(answer.access);
  }

  #isNew(token: string): boolean {
    return !this.#families.some(({ tokens }) => tokens.includes(token));
  }
}

function agree(what: string, is: unknown, should: unknown): void {
  if (is !== should) throw new Error(`${what}: it is ${JSON.stringify(is)} and should be ${JSON.stringify(should)}`);
}
