import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdentifier, type UnitOfWork } from '#kernel';
import type { PendingIdentifierChanges } from '../application/identifier-change-ports.js';
import { aPendingIdentifierChange } from '../testing/a-pending-identifier-change.js';

export interface PendingIdentifierChangesUnderTest {
  readonly changes: PendingIdentifierChanges;
  /** Retries a unit of work after a conflict, like production code. */
  readonly work: UnitOfWork;
  drop(): Promise<void>;
}

/** The contract of `PendingIdentifierChanges`. */
export function pendingIdentifierChangesContract(
  name: string,
  open: () => Promise<PendingIdentifierChangesUnderTest>,
): void {
  describe(`PendingIdentifierChanges: ${name}`, () => {
    let under: PendingIdentifierChangesUnderTest;
    let changes: PendingIdentifierChanges;
    beforeAll(async () => {
      under = await open();
      ({ changes } = under);
    });
    afterAll(() => under.drop());

    const put = async (some: Parameters<typeof aPendingIdentifierChange>[0] = {}) => {
      const change = aPendingIdentifierChange(some);
      await under.work.run(() => changes.save(change));
      return change;
    };

    it('finds nothing for a customer without a request', async () => {
      expect(await changes.find(randomUUID())).toBeNull();
      expect(await changes.remove(aPendingIdentifierChange())).toBe(false);
    });

    it.each([
      ['an e-mail address', 'mia.new@example.org'],
      ['an e-mail address with a non-ASCII domain', 'mia@exämple.org'],
      ['an e-mail address of maximum length', `${'m'.repeat(64)}@${`${'e'.repeat(60)}.`.repeat(3)}org`],
      ['a phone number', '+16502530000'],
      ['a phone number of another country', '+5511961234567'],
    ])('returns %s in its canonical form with all other fields', async (_, typed) => {
      const change = await put({ identifier: parseIdentifier(typed, 'US'), generation: 7 });
      const found = await changes.find(change.customerId);
      const { kind, canonical } = change.identifier;
      expect(found).toEqual({ ...change, identifier: found?.identifier });
      expect([found?.identifier.kind, found?.identifier.canonical]).toEqual([kind, canonical]);
    });

    it('stores only the latest change of each customer', async () => {
      const [first, others] = [await put(), await put()];
      const second = await put({ customerId: first.customerId });
      expect(await changes.find(first.customerId)).toEqual(second);
      expect(await changes.find(others.customerId)).toEqual(others);
    });

    it('removes the given change once and no later one', async () => {
      const first = await put();
      const second = await put({ customerId: first.customerId });
      expect(await changes.remove(first)).toBe(false);
      expect(await changes.remove({ id: second.id, customerId: randomUUID() })).toBe(false);
      expect(await changes.find(first.customerId)).toEqual(second);
      expect(await changes.remove(second)).toBe(true);
      expect(await changes.remove(second)).toBe(false);
      expect(await changes.find(first.customerId)).toBeNull();
    });

    it('removes a change in one of ten concurrent calls', async () => {
      const change = await put();
      const removals = Array.from({ length: 10 }, () => under.work.run(() => changes.remove(change)));
      expect((await Promise.all(removals)).filter(Boolean)).toHaveLength(1);
    });

    it('keeps one of two concurrent changes without failure [RC-12]', async () => {
      for (let round = 0; round < 20; round++) {
        const customerId = randomUUID();
        const both = await Promise.all([put({ customerId }), put({ customerId })]);
        expect(both).toContainEqual(await changes.find(customerId));
      }
    });
  });
}
