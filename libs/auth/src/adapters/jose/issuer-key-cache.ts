import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Unavailable } from '#kernel';

const MINUTE_MS = 60_000;
/** From here on a look for newer keys goes on beside the requests, */
const BACKGROUND_REFRESH_AFTER_MS = 5 * MINUTE_MS;
/** from here on they wait for it, so that a key that was taken back does not come to life after a quiet night, */
const BLOCKING_REFRESH_AFTER_MS = 10 * MINUTE_MS;
/** and what could not be renewed for so long is not believed any more. */
const MAX_KEY_AGE_MS = 24 * 60 * MINUTE_MS;
/** Whatever strangers write into `kid`: one look for it in so long. */
const REFETCH_COOLDOWN_MS = 30_000;
/** After a failure that leaves us without any. */
const RETRY_WITHOUT_KEYS_MS = 2_000;

type KeyResolver = ReturnType<typeof createLocalJWKSet>;

/** The keys of one issuer, fetched when they are needed, and kept while it is away. */
export class IssuerKeyCache {
  #resolver: KeyResolver | undefined;
  #kids: ReadonlySet<unknown> = new Set();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #unknownKidAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(
    private readonly fetchKeys: () => Promise<JSONWebKeySet>,
    private readonly onFailure: (reason: string) => void = () => undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The key a header names, out of this issuer's set and no other: what else it says of keys is not looked at. */
  readonly findKey: JWTVerifyGetKey = async (header, token) => {
    if (typeof header.kid !== 'string') throw new Error('the token names no key');
    const current = await this.#currentResolver();
    const resolve = this.#kids.has(header.kid) ? current : await this.#refetchForUnknownKid(current);
    return resolve(header, token);
  };

  /** @throws Unavailable when there are none that can be believed, and none can be had */
  async #currentResolver(): Promise<KeyResolver> {
    const age = this.now() - this.#fetchedAt;
    if (age > BACKGROUND_REFRESH_AFTER_MS) {
      const renewed = this.#refresh();
      if (age > BLOCKING_REFRESH_AFTER_MS) await renewed;
    }
    if (!this.#resolver || this.now() - this.#fetchedAt > MAX_KEY_AGE_MS)
      throw new Unavailable('The identity server that issued this token does not answer. Please try again.');
    return this.#resolver;
  }

  /** For a key that is not there: it may be new. */
  async #refetchForUnknownKid(current: KeyResolver): Promise<KeyResolver> {
    if (!this.#fetching && this.now() - this.#unknownKidAt < REFETCH_COOLDOWN_MS) return current;
    this.#unknownKidAt = this.now();
    await this.#refresh();
    return this.#resolver ?? current;
  }

  /** One at a time, and none for a while after one that failed. Never throws. */
  async #refresh(): Promise<void> {
    const rest = this.#resolver ? REFETCH_COOLDOWN_MS : RETRY_WITHOUT_KEYS_MS;
    if (!this.#fetching && this.now() - this.#failedAt < rest) return;
    this.#fetching ??= this.#fetchNow().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #fetchNow(): Promise<void> {
    try {
      const begun = this.now();
      const set = await this.fetchKeys();
      this.#resolver = createLocalJWKSet(set);
      this.#kids = new Set(set.keys.map(({ kid }) => kid));
      this.#fetchedAt = begun;
    } catch (error) {
      this.#failedAt = this.now();
      this.onFailure(reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string } };
  return cause?.code ?? message ?? String(error);
}
