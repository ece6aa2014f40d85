import { describe, expect, it } from 'vitest';
import { Crowd } from './crowd.js';

describe('Crowd', () => {
  it('LD-03 given as many as there is room for, then the next is refused unseen, and told when to come back', async () => {
    const crowd = new Crowd(2);
    const [never, seen] = [new Promise<never>(() => undefined), [] as string[]];
    for (const name of ['one', 'two', 'three']) {
      const work = crowd.admit(() => {
        seen.push(name);
        return never;
      });
      if (name === 'three')
        await expect(work).rejects.toMatchObject({ kind: 'unavailable', code: 'service.overloaded' });
      if (name === 'three') await expect(work).rejects.toMatchObject({ retryAfter: expect.any(Number) });
    }
    expect(seen).toEqual(['one', 'two']);
  });

  it.each([
    ['done', () => Promise.resolve('done')],
    ['failed', () => Promise.reject(new Error('failed'))],
  ])('given one that is %s, then there is room again', async (how, work) => {
    const crowd = new Crowd(1);
    expect(await crowd.admit<string>(work).catch((error: Error) => error.message)).toBe(how);
    expect(await crowd.admit(async () => 'next')).toBe('next');
  });
});
