import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError, InvalidInput, Unavailable } from '#kernel';
import { Secrets } from '#platform/config';
import { type IdempotencyState, IdempotencyStore } from './idempotency-store.js';

/** The first request with this key is still running. */
export class IdempotentRequestRunning extends DomainError {
  readonly code = 'request.still_running';
  readonly kind = 'conflict';
  override readonly retryAfter = 2;

  constructor() {
    super('The first request with this Idempotency-Key is still running.');
  }
}

/** The key was used for another body. */
export class IdempotencyKeyReused extends DomainError {
  readonly code = 'request.idempotency_key_reused';
  readonly kind = 'invalid';

  constructor() {
    super('This Idempotency-Key was used for another request.');
  }
}

/** What identifies one call of a route. */
export interface IdempotentRequest {
  /** Undefined: the caller sent no Idempotency-Key, and the work runs without one. */
  readonly key: string | undefined;
  /** Route and caller (for an open route: the identifier). The same key of another caller is another key. */
  readonly scope: string;
  readonly body: unknown;
  /** Lifetime of the stored response: that of the created resource. */
  readonly lifeMs: number;
  /**
   * The created resource has an id derived from the request, so a repeat finds it. The work therefore runs even when the store
   * is unavailable. Meanwhile only the reuse of a key with another body goes undetected.
   */
  readonly durable?: boolean;
}

export interface ReplayableResult<T> {
  readonly value: T;
  readonly replayed: boolean;
}

interface StoredRequest {
  readonly storeKey: string;
  readonly fingerprint: string;
  readonly lifeMs: number;
  readonly durable: boolean;
}

const KEY_FORMAT = /^[\x21-\x7e]{1,255}$/;
const RUNNING_TTL_MS = 15_000;

/**
 * Same key and body: returns the stored response. Same key, another body: 422. First request still running: 409. Only
 * successful responses are stored: a failure created nothing and is recomputed. The store gets keyed hashes of key and body,
 * never the values.
 */
@Injectable()
export class Idempotency {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly secrets: Secrets,
  ) {}

  /** @param work gets an id that is the same for every attempt of this request, and undefined without a key */
  async runOnce<T>(
    { key, scope, body, lifeMs, durable = false }: IdempotentRequest,
    work: (id: string | undefined) => Promise<T>,
  ): Promise<ReplayableResult<T>> {
    if (key === undefined) return { value: await work(undefined), replayed: false };
    if (!KEY_FORMAT.test(key))
      throw InvalidInput.at('', 'idempotency_key', 'Idempotency-Key must have 1 to 255 visible ASCII characters');
    const place = `{${this.#hash(scope)}}:once:${this.#hash(key)}`;
    const fingerprint = this.#hash(canonicalJson(body));
    const known = await fallbackWhenUnavailable<IdempotencyState>(
      { state: 'new' },
      durable,
      this.store.begin(place, fingerprint, RUNNING_TTL_MS),
    );
    if (known.state === 'running') throw new IdempotentRequestRunning();
    if (known.state === 'different') throw new IdempotencyKeyReused();
    if (known.state === 'done') return { value: JSON.parse(known.answer) as T, replayed: true };
    const id = uuidOf(this.#hash(`${place}\0${fingerprint}`));
    return {
      value: await this.#runFirst({ storeKey: place, fingerprint, lifeMs, durable }, () => work(id)),
      replayed: false,
    };
  }

  async #runFirst<T>({ storeKey, fingerprint, lifeMs, durable }: StoredRequest, work: () => Promise<T>): Promise<T> {
    try {
      const value = await work();
      await fallbackWhenUnavailable<void>(
        undefined,
        durable,
        this.store.finish(storeKey, fingerprint, JSON.stringify(value), lifeMs),
      );
      return value;
    } catch (error) {
      await this.store.forget(storeKey).catch(() => undefined);
      throw error;
    }
  }

  #hash(text: string): string {
    return createHmac('sha256', this.secrets.code[0].secret).update(`idempotency\0${text}`).digest('hex');
  }
}

/** Fallback when the store is unavailable and the created resource is durable. */
async function fallbackWhenUnavailable<T>(otherwise: T, durable: boolean, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (durable && error instanceof Unavailable) return otherwise;
    throw error;
  }
}

/** A UUIDv8 (RFC 9562, 5.8) of a hash in hex. */
const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');

/** Normalizes the order of members: it does not make another body. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
