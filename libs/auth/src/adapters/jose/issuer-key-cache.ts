import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Unavailable } from '#kernel';

const MINUTE_MS = 60_000;
/** After this age, keys are refreshed in the background. */
const BACKGROUND_REFRESH_AFTER_MS = 5 * MINUTE_MS;
/** After this age, requests wait for the refresh, so that a withdrawn key is not accepted after an idle period. */
const BLOCKING_REFRESH_AFTER_MS = 10 * MINUTE_MS;
/** After this age, keys that could not be refreshed are no longer trusted. */
const MAX_KEY_AGE_MS = 24 * 60 * MINUTE_MS;
/** At most one fetch for unknown `kid` values in this time. */
const REFETCH_COOLDOWN_MS = 30_000;
/** Retry interval after a failure while no keys are cached. */
const RETRY_WITHOUT_KEYS_MS = 2_000;

type KeyResolver = ReturnType<typeof createLocalJWKSet>;

/** The keys of one issuer: fetched on demand, and kept while the issuer is unavailable. */
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

  /** Finds the key by `kid` in the set of this issuer only. Other key references of the header are ignored. */
  readonly findKey: JWTVerifyGetKey = async (header, token) => {
    if (typeof header.kid !== 'string') throw new Error('the token header has no kid');
    const current = await this.#currentResolver();
    const resolve = this.#kids.has(header.kid) ? current : await this.#refetchForUnknownKid(current);
    return resolve(header, token);
  };

  /** @throws Unavailable when no trusted keys are cached and none can be fetched */
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

  /** Fetches again for an unknown key id, which may be new. */
  async #refetchForUnknownKid(current: KeyResolver): Promise<KeyResolver> {
    if (!this.#fetching && this.now() - this.#unknownKidAt < REFETCH_COOLDOWN_MS) return current;
    this.#unknownKidAt = this.now();
    await this.#refresh();
    return this.#resolver ?? current;
  }

  /** Runs one fetch at a time, and pauses after a failure. Never throws. */
  async #refresh(): Promise<void> {
    const cooldownMs = this.#resolver ? REFETCH_COOLDOWN_MS : RETRY_WITHOUT_KEYS_MS;
    if (!this.#fetching && this.now() - this.#failedAt < cooldownMs) return;
    this.#fetching ??= this.#fetchNow().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #fetchNow(): Promise<void> {
    try {
      const startedAt = this.now();
      const set = await this.fetchKeys();
      this.#resolver = createLocalJWKSet(set);
      this.#kids = new Set(set.keys.map(({ kid }) => kid));
      this.#fetchedAt = startedAt;
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
