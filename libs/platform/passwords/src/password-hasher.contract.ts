import { describe, expect, it } from 'vitest';
import type { HashTicket, PasswordHasher } from '#kernel';

const PRE_HASH = 'p'.repeat(64);
const LOGIN: HashTicket = { priority: 'login', source: '192.0.2.1', customerId: null };
const ACTIVATION: HashTicket = { ...LOGIN, priority: 'activation' };
const REHASH: HashTicket = { ...LOGIN, priority: 'rehash' };

/** Contract for every `PasswordHasher`. */
export function passwordHasherContract(name: string, make: (cost: number) => PasswordHasher): void {
  describe(`${name} is a PasswordHasher`, () => {
    it('creates a bcrypt hash of its cost', async () => {
      expect(await make(4).hash(PRE_HASH, ACTIVATION)).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
      expect(await make(5).hash(PRE_HASH, ACTIVATION)).toMatch(/^\$2b\$05\$/);
    });

    it('distinguishes the hashed pre-hash from one that differs in the last character', async () => {
      const hasher = make(4);
      const hash = await hasher.hash(PRE_HASH, ACTIVATION);
      expect(await hasher.verify(PRE_HASH, hash, LOGIN)).toBe(true);
      expect(await hasher.verify(`${PRE_HASH.slice(1)}q`, hash, LOGIN)).toBe(false);
    });

    it('verifyDummy matches no input', async () => {
      expect(await make(4).verifyDummy(PRE_HASH, LOGIN)).toBe(false);
    });

    it('reports a hash of a lower cost as outdated', async () => {
      const hash = await make(5).hash(PRE_HASH, REHASH);
      expect([4, 5, 6].map((cost) => make(cost).isOutdated(hash))).toEqual([false, false, true]);
    });

    it.each([
      ['more than bcrypt reads', 'x'.repeat(73)],
      ['more bytes than characters', 'é'.repeat(40)],
      ['a NUL', 'a\0b'],
      ['nothing', ''],
    ])('rejects %s as a programming error', async (_, input) => {
      const hasher = make(4);
      const hash = await hasher.hash(PRE_HASH, ACTIVATION);
      await expect(hasher.hash(input, ACTIVATION)).rejects.toThrow(TypeError);
      await expect(hasher.verify(input, hash, LOGIN)).rejects.toThrow(TypeError);
      await expect(hasher.verifyDummy(input, LOGIN)).rejects.toThrow(TypeError);
    });
  });
}
