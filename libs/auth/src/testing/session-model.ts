import fc from 'fast-check';

export interface TokenPair {
  readonly refresh: string;
  readonly access: string;
}

/** What one can do with one's tokens, in this process or over the network. */
export interface SessionClient {
  logIn(): Promise<TokenPair>;
  refresh(token: string): Promise<TokenPair | 'refused'>;
  logOut(access: string, scope: 'current' | 'all'): Promise<'done' | 'refused'>;
  /** Everybody who takes tokens takes this one. */
  isAccepted(access: string): Promise<boolean>;
  /** Nobody who takes tokens takes this one, or will in a second from now. */
  isRefused(access: string): Promise<boolean>;
  /** More than the ten seconds in which a lost answer may be asked for again. */
  waitPastOverlap(): Promise<void>;
}

/** Numbers choose among what there is at that moment. */
export type SessionStep =
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

export const sessionSteps = (maxLength: number): fc.Arbitrary<readonly SessionStep[]> =>
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
interface TokenFamily {
  readonly tokens: (string | undefined)[];
  readonly access: string[];
  alive: boolean;
  /** It was exchanged less than ten seconds ago. */
  fresh: boolean;
}

const CONCURRENT_REFRESHES = 4;

/** INV-05 and INV-06 as the simplest thing that could be right: an array per family. */
export class SessionModel {
  readonly #families: TokenFamily[] = [];

  constructor(private readonly client: SessionClient) {}

  /** @throws Error when the door does otherwise */
  async applyStep(step: SessionStep): Promise<void> {
    if (step.do === 'log in') return this.#logIn();
    if (step.do === 'pass') return this.#waitPastOverlap();
    if (this.#families.length === 0) return this.#logIn();
    const family = this.#families[step.whose % this.#families.length] as TokenFamily;
    const turn = family.tokens.length - 1;
    switch (step.do) {
      case 'refresh':
        return this.#presentToken(family, turn);
      case 'refresh an old one':
        return this.#presentToken(family, turn - step.back);
      case 'lose the answer':
        return this.#presentToken(family, turn, { lost: true });
      case 'refresh at once':
        return this.#refreshConcurrently(family, turn);
      case 'forge':
        return this.#forge(family.tokens.findLast((token) => token !== undefined) ?? '');
      case 'log out':
        return this.#logOut(family, step.token, step.scope);
      case 'log out while refreshing':
        return this.#logOut(family, step.token, step.scope, family.tokens[turn]);
    }
  }

  /** INV-06: tokens of what lives are taken everywhere, others nowhere. */
  async assertInvariants(): Promise<void> {
    for (const [n, { access, alive }] of this.#families.entries())
      for (const token of [...access.slice(0, 1), ...access.slice(1).slice(-1)])
        assertEqual(
          `access token of ${alive ? 'live' : 'ended'} family ${n}`,
          await this.#matchesExpectation(token, alive),
          true,
        );
  }

  /** INV-05: nothing of what has ended goes on, and of what lives one token does. */
  async assertFinalState(): Promise<void> {
    await this.assertInvariants();
    for (const family of this.#families) {
      const turn = family.tokens.length - 1;
      if (family.alive) await this.#presentToken(family, turn);
      else for (let at = turn; at >= 0; at--) await this.#presentToken(family, at);
    }
    await this.assertInvariants();
  }

  #matchesExpectation(token: string, alive: boolean): Promise<boolean> {
    return alive ? this.client.isAccepted(token) : this.client.isRefused(token);
  }

  async #logIn(): Promise<void> {
    const { refresh, access } = await this.client.logIn();
    assertEqual('a new refresh token', this.#isNew(refresh), true);
    this.#families.push({ tokens: [refresh], access: [access], alive: true, fresh: false });
  }

  async #waitPastOverlap(): Promise<void> {
    await this.client.waitPastOverlap();
    for (const family of this.#families) family.fresh = false;
  }

  async #presentToken(family: TokenFamily, at: number, { lost = false } = {}): Promise<void> {
    const token = family.tokens[at];
    if (token === undefined) return;
    const turn = family.tokens.length - 1;
    const answer = await this.client.refresh(token);
    const goesOn = family.alive && at === turn;
    const repeats = family.alive && at === turn - 1 && family.fresh;
    if (goesOn || repeats) this.#recordRotation(family, lost ? 'lost' : answer, goesOn);
    else {
      assertEqual('an answer to a token that is not good', answer, 'refused');
      family.alive = false;
    }
  }

  #recordRotation(family: TokenFamily, answer: TokenPair | 'refused' | 'lost', goesOn: boolean): void {
    if (goesOn) family.tokens.push(undefined);
    if (goesOn) family.fresh = true;
    if (answer === 'lost') return;
    if (answer === 'refused') throw new Error('a token that is good was refused');
    const turn = family.tokens.length - 1;
    if (family.tokens[turn] === undefined) assertEqual('a child nobody has seen', this.#isNew(answer.refresh), true);
    else assertEqual('the child of a repeat', answer.refresh, family.tokens[turn]);
    family.tokens[turn] = answer.refresh;
    family.access.push(answer.access);
  }

  async #refreshConcurrently(family: TokenFamily, at: number): Promise<void> {
    const token = family.tokens[at];
    if (token === undefined) return;
    const answers = await Promise.all(Array.from({ length: CONCURRENT_REFRESHES }, () => this.client.refresh(token)));
    for (const [n, answer] of answers.entries()) {
      if (family.alive) this.#recordRotation(family, answer, n === 0);
      else assertEqual('an answer to a token of an ended family', answer, 'refused');
    }
  }

  async #forge(token: string): Promise<void> {
    const at = Math.floor(token.length / 2);
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    assertEqual('an answer to a forged token', await this.client.refresh(forged), 'refused');
  }

  /** @param refresh is brought at the same moment: whichever comes first, nothing of it is good after both */
  async #logOut(family: TokenFamily, which: number, scope: 'current' | 'all', refresh?: string): Promise<void> {
    const access = family.access[which % family.access.length] ?? '';
    const [left, answer] = await Promise.all([
      this.client.logOut(access, scope),
      refresh === undefined ? undefined : this.client.refresh(refresh),
    ]);
    assertEqual('an answer to a sign-out', left, family.alive ? 'done' : 'refused');
    if (family.alive) for (const ended of scope === 'all' ? this.#families : [family]) ended.alive = false;
    if (answer === undefined || answer === 'refused') return;
    assertEqual('a child of a family that ended before', family.alive || left === 'done', true);
    family.tokens.push(answer.refresh);
    family.access.push(answer.access);
  }

  #isNew(token: string): boolean {
    return !this.#families.some(({ tokens }) => tokens.includes(token));
  }
}

function assertEqual(what: string, is: unknown, should: unknown): void {
  if (is !== should) throw new Error(`${what}: it is ${JSON.stringify(is)} and should be ${JSON.stringify(should)}`);
}
