import type { JSONWebKeySet } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { generateSigningKey, type SigningKey, toJwks } from '../../testing/external-issuer.js';
import { IssuerKeyCache } from './issuer-key-cache.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let first: SigningKey;
let second: SigningKey;
let now: number;
let fetched: number;
let reasons: string[];
let answer: () => Promise<JSONWebKeySet>;
let keys: IssuerKeyCache;

beforeAll(async () => {
  [first, second] = [await generateSigningKey('first'), await generateSigningKey('second')];
});
beforeEach(() => {
  [now, fetched, reasons] = [1_000_000, 0, []];
  answer = async () => toJwks(first);
  const fetch = () => {
    fetched++;
    return answer();
  };
  keys = new IssuerKeyCache(
    fetch,
    (reason) => reasons.push(reason),
    () => now,
  );
});

const fetchFailure = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }));
const find = (kid: string | undefined) =>
  Promise.resolve(
    keys.findKey({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) }, { payload: '', signature: '' }),
  ).then(
    () => 'found',
    (error: unknown) => (error instanceof Unavailable ? 'unavailable' : 'unknown'),
  );

describe('IssuerKeyCache', () => {
  it('fetches the keys once for concurrent requests', async () => {
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => find('first'))))).toEqual(new Set(['found']));
    expect(await find('first')).toBe('found');
    expect(fetched).toBe(1);
  });

  it('throws Unavailable when no keys are cached and the issuer is down, and retries after two seconds', async () => {
    answer = fetchFailure;
    expect([await find('first'), await find('first')]).toEqual(['unavailable', 'unavailable']);
    expect([fetched, reasons]).toEqual([1, ['ECONNREFUSED']]);
    now += 2_001;
    answer = async () => toJwks(first);
    expect(await find('first')).toBe('found');
  });

  it('fetches at once for a new key id', async () => {
    await find('first');
    answer = async () => toJwks(first, second);
    expect(await find('second')).toBe('found');
    expect(fetched).toBe(2);
  });

  it('fetches once for concurrent requests with a new key id', async () => {
    await find('first');
    answer = async () => toJwks(second);
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => find('second'))))).toEqual(new Set(['found']));
    expect(fetched).toBe(2);
  });

  it('fetches once in thirty seconds for unknown key ids', async () => {
    await find('first');
    for (let n = 0; n < 100; n++) expect(await find(`invented ${n}`)).toBe('unknown');
    expect(fetched).toBe(2);
    now += 30_001;
    expect([await find('invented'), await find('invented')]).toEqual(['unknown', 'unknown']);
    expect(fetched).toBe(3);
  });

  it('does not fetch for a token without a key id', async () => {
    expect(await find(undefined)).toBe('unknown');
    expect(fetched).toBe(0);
  });

  it('rejects a withdrawn key after ten minutes, even without requests in between', async () => {
    await find('first');
    answer = async () => toJwks(second);
    now += 10 * MINUTE + 1;
    expect(await find('first')).toBe('unknown');
  });

  it('refreshes ageing keys in the background', async () => {
    await find('first');
    let open: () => void = () => undefined;
    answer = () => new Promise((resolve) => (open = () => resolve(toJwks(second))));
    now += 6 * MINUTE;
    expect([await find('first'), fetched]).toEqual(['found', 2]);
    open();
    await new Promise(setImmediate);
    expect(await find('second')).toBe('found');
    expect(fetched).toBe(2);
  });

  it('uses cached keys for a day when the issuer is down, and limits retries', async () => {
    await find('first');
    answer = fetchFailure;
    now += 11 * MINUTE;
    for (let n = 0; n < 10; n++) expect(await find('first')).toBe('found');
    expect([fetched, reasons]).toEqual([2, ['ECONNREFUSED']]);
    now += 23 * HOUR;
    expect(await find('first')).toBe('found');
    now += HOUR;
    expect(await find('first')).toBe('unavailable');
    answer = async () => toJwks(first);
    now += 30_001;
    expect(await find('first')).toBe('found');
  });

  it('keeps the previous keys when a key set is damaged', async () => {
    await find('first');
    answer = async () => ({ keys: [null] }) as unknown as JSONWebKeySet;
    now += 11 * MINUTE;
    expect(await find('first')).toBe('found');
    expect(reasons).toHaveLength(1);
  });
});
