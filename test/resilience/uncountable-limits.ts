import { Redis } from 'ioredis';
import { statusAndCode } from '../support/problem-catalog.js';
import { newRegistration, wrongCode } from '../support/registration-fixtures.js';
import type { TestApp } from '../support/test-app.js';

const UNAVAILABLE = '503 service.unavailable';

/** AC-54: what cannot be counted is not done. Returns what was done all the same. The app limits its callers per source. */
export async function findUncountedRequests(app: TestApp): Promise<string[]> {
  const { person, code } = await app.createPendingRegistration();
  const guessed = await app.activate(person, wrongCode(code));
  const redis = new Redis(app.services.redis.url);
  try {
    const counts = await redis.keys('foyer:{src:*');
    // the store is there and answers; only these counts cannot be kept any more
    for (const key of counts) await redis.multi().del(key).set(key, 'no count').exec();
    const done = {
      register: statusAndCode(await app.register(newRegistration())),
      'a wrong code': statusAndCode(await app.activate(person, wrongCode(code, 2))),
      'the right code': statusAndCode(await app.activate(person, code)),
    };
    for (const key of counts) await redis.del(key);
    const later = statusAndCode(await app.activate(person, code));
    return [
      ...(guessed.status === 400 && counts.length >= 2 ? [] : [`only ${counts.length} counts are kept`]),
      ...Object.entries(done).flatMap(([what, outcome]) => (outcome === UNAVAILABLE ? [] : [`${what}: ${outcome}`])),
      ...(later === '200' ? [] : [`the right code, when all is well again: ${later}`]),
    ];
  } finally {
    redis.disconnect();
  }
}
