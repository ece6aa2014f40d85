import { Redis } from 'ioredis';
import type { Hall } from '../registration/hall.js';
import { newcomer, wrongCode } from '../registration/people.js';
import { outcomeOf } from '../registration/problem-list.js';

const AWAY = '503 service.unavailable';

/** AC-54: what cannot be counted is not done. Returns what was done all the same. The hall limits its callers per source. */
export async function faultsOfUncountable(hall: Hall): Promise<string[]> {
  const { person, code } = await hall.pending();
  const guessed = await hall.activate(person, wrongCode(code));
  const redis = new Redis(hall.services.redis.url);
  try {
    const counts = await redis.keys('foyer:{src:*');
    // the store is there and answers; only these counts cannot be kept any more
    for (const key of counts) await redis.multi().del(key).set(key, 'no count').exec();
    const done = {
      register: outcomeOf(await hall.register(newcomer())),
      'a wrong code': outcomeOf(await hall.activate(person, wrongCode(code, 2))),
      'the right code': outcomeOf(await hall.activate(person, code)),
    };
    for (const key of counts) await redis.del(key);
    const later = outcomeOf(await hall.activate(person, code));
    return [
      ...(guessed.status === 400 && counts.length >= 2 ? [] : [`only ${counts.length} counts are kept`]),
      ...Object.entries(done).flatMap(([what, outcome]) => (outcome === AWAY ? [] : [`${what}: ${outcome}`])),
      ...(later === '200' ? [] : [`the right code, when all is well again: ${later}`]),
    ];
  } finally {
    redis.disconnect();
  }
}
