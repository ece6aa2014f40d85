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

const away = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }));
const find = (kid: string | undefined) =>
  Promise.resolve(
    keys.findKey({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) }, { payload: '', signature: '' }),
  ).then(
    () => 'found',
    (error: unknown) => (error instanceof Unavailable ? 'unavailable' : 'unknown'),
  );

describe('the keys of an issuer', () => {
  it('given many requests at once, then they are fetched once', async () => {
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => find('first'))))).toEqual(new Set(['found']));
    expect(await find('first')).toBe('found');
    expect(fetched).toBe(1);
  });

  it('given none yet and nobody there, then nobody can tell, and it is asked again after two seconds', async () => {
    answer = away;
    expect([await find('first'), await find('first')]).toEqual(['unavailable', 'unavailable']);
    expect([fetched, reasons]).toEqual([1, ['ECONNREFUSED']]);
    now += 2_001;
    answer = async () => toJwks(first);
    expect(await find('first')).toBe('found');
  });

  it('given a new key, then it is looked for at once', async () => {
    await find('first');
    answer = async () => toJwks(first, second);
    expect(await find('second')).toBe('found');
    expect(fetched).toBe(2);
  });

  it('given a new key and many requests at once, then one look serves all', async () => {
    await find('first');
    answer = async () => toJwks(second);
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => find('second'))))).toEqual(new Set(['found']));
    expect(fetched).toBe(2);
  });

  it('given key ids that strangers invent, then there is one look in thirty seconds', async () => {
    await find('first');
    for (let n = 0; n < 100; n++) expect(await find(`invented ${n}`)).toBe('unknown');
    expect(fetched).toBe(2);
    now += 30_001;
    expect([await find('invented'), await find('invented')]).toEqual(['unknown', 'unknown']);
    expect(fetched).toBe(3);
  });

  it('given no key id, then nothing is fetched for it', async () => {
    expect(await find(undefined)).toBe('unknown');
    expect(fetched).toBe(0);
  });

  it('given a key that was taken back, then it is refused after ten minutes, also after a quiet night', async () => {
    await find('first');
    answer = async () => toJwks(second);
    now += 10 * MINUTE + 1;
    expect(await find('first')).toBe('unknown');
  });

  it('given keys that grow old, then newer ones are fetched beside the requests', async () => {
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

  it('given a server that is away, then the keys it had are good for a day, and it is not asked all the time', async () => {
    await find('first');
    answer = away;
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

  it('given a key set that is damaged, then the one before stays', async () => {
    await find('first');
    answer = async () => ({ keys: [null] }) as unknown as JSONWebKeySet;
    now += 11 * MINUTE;
    expect(await find('first')).toBe('found');
    expect(reasons).toHaveLength(1);
  });
});
