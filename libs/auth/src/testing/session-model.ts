import fc from 'fast-check';

export interface TokenPair {
  readonly refresh: string;
  readonly access: string;
}

/** Session operations, in process or over the network. */
export interface SessionClient {
  logIn(): Promise<TokenPair>;
  refresh(token: string): Promise<TokenPair | 'refused'>;
  logOut(access: string, scope: 'current' | 'all'): Promise<'done' | 'refused'>;
  /** Whether every verifier accepts the token. */
  isAccepted(access: string): Promise<boolean>;
  /** Whether every verifier rejects the token within one second. */
  isRefused(access: string): Promise<boolean>;
  /** Waits longer than the ten seconds in which a lost response can be requested again. */
  waitPastOverlap(): Promise<void>;
}

/** Numbers select among the families and tokens that exist at that step. */
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

/** Expected state of a token family. A token whose response was lost is undefined. */
interface TokenFamily {
  readonly tokens: (string | undefined)[];
  readonly access: string[];
  alive: boolean;
  /** Whether the last rotation was less than ten seconds ago. */
  fresh: boolean;
}

const CONCURRENT_REFRESHES = 4;

/** A minimal reference model of INV-05 and INV-06: an array per family. */
export class SessionModel {
  readonly #families: TokenFamily[] = [];

  constructor(private readonly client: SessionClient) {}

  /** @throws Error when the client deviates from the model */
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

  /** INV-06: access tokens of live families are accepted everywhere, others nowhere. */
  async assertInvariants(): Promise<void> {
    for (const [n, { access, alive }] of this.#families.entries())
      for (const token of [...access.slice(0, 1), ...access.slice(1).slice(-1)])
        assertEqual(
          `access token of ${alive ? 'live' : 'ended'} family ${n}`,
          await this.#matchesExpectation(token, alive),
          true,
        );
  }

  /** INV-05: an ended family has no usable token, and a live family has exactly one. */
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
    const rotates = family.alive && at === turn;
    const repeats = family.alive && at === turn - 1 && family.fresh;
    if (rotates || repeats) this.#recordRotation(family, lost ? 'lost' : answer, rotates);
    else {
      assertEqual('the response to an invalid token', answer, 'refused');
      family.alive = false;
    }
  }

  #recordRotation(family: TokenFamily, answer: TokenPair | 'refused' | 'lost', rotated: boolean): void {
    if (rotated) family.tokens.push(undefined);
    if (rotated) family.fresh = true;
    if (answer === 'lost') return;
    if (answer === 'refused') throw new Error('a valid token was refused');
    const turn = family.tokens.length - 1;
    if (family.tokens[turn] === undefined) assertEqual('an unseen child', this.#isNew(answer.refresh), true);
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
      else assertEqual('the response to a token of an ended family', answer, 'refused');
    }
  }

  async #forge(token: string): Promise<void> {
    const at = Math.floor(token.length / 2);
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    assertEqual('the response to a forged token', await this.client.refresh(forged), 'refused');
  }

  /** @param refresh is presented concurrently: in either order, no token of the family is valid afterwards */
  async #logOut(family: TokenFamily, which: number, scope: 'current' | 'all', refresh?: string): Promise<void> {
    const access = family.access[which % family.access.length] ?? '';
    const [left, answer] = await Promise.all([
      this.client.logOut(access, scope),
      refresh === undefined ? undefined : this.client.refresh(refresh),
    ]);
    assertEqual('the response to a sign-out', left, family.alive ? 'done' : 'refused');
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

function assertEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected)
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}
