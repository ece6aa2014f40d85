import { describe, expect, it } from 'vitest';
import type { PasswordHasher } from '#kernel';

const PRE_HASH = 'p'.repeat(64);

/** What every `PasswordHasher` must do. */
export function passwordHasherContract(name: string, make: (cost: number) => PasswordHasher): void {
  describe(`${name} is a PasswordHasher`, () => {
    it('makes a bcrypt hash of its cost', async () => {
      expect(await make(4).hash(PRE_HASH, 'activation')).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
      expect(await make(5).hash(PRE_HASH, 'activation')).toMatch(/^\$2b\$05\$/);
    });

    it('knows the pre-hash it has hashed from one that differs in the last character', async () => {
      const hasher = make(4);
      const hash = await hasher.hash(PRE_HASH, 'activation');
      expect(await hasher.verify(PRE_HASH, hash, 'login')).toBe(true);
      expect(await hasher.verify(`${PRE_HASH.slice(1)}q`, hash, 'login')).toBe(false);
    });

    it('matches nobody, whatever comes', async () => {
      expect(await make(4).verifyNobody(PRE_HASH, 'login')).toBe(false);
    });

    it('calls a hash of a lower cost outdated', async () => {
      const hash = await make(5).hash(PRE_HASH, 'rehash');
      expect([4, 5, 6].map((cost) => make(cost).isOutdated(hash))).toEqual([false, false, true]);
    });

    it.each([
      ['more than bcrypt reads', 'x'.repeat(73)],
      ['more bytes than characters', 'é'.repeat(40)],
      ['a NUL', 'a\0b'],
      ['nothing', ''],
    ])('refuses %s as a mistake of the caller', async (_, input) => {
      const hasher = make(4);
      const hash = await hasher.hash(PRE_HASH, 'activation');
      await expect(hasher.hash(input, 'activation')).rejects.toThrow(TypeError);
      await expect(hasher.verify(input, hash, 'login')).rejects.toThrow(TypeError);
      await expect(hasher.verifyNobody(input, 'login')).rejects.toThrow(TypeError);
    });
  });
}
