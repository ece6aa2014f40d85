import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { Customers } from '../application/ports.js';
import { Customer, type Newcomer } from '../domain/customer.js';
import { IdentifierTaken } from '../domain/errors.js';
import { aNewcomer } from '../testing/a-newcomer.js';

export interface CustomersUnderTest {
  readonly customers: Customers;
  drop(): Promise<void>;
}

const NOW = new Date('2026-03-01T12:00:00.007Z');
const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const PHONE = parseIdentifier('+16502530000', 'US');

/** What every `Customers` must do. */
export function customersContract(name: string, open: () => Promise<CustomersUnderTest>): void {
  describe(`${name} is a Customers`, () => {
    let under: CustomersUnderTest;
    let customers: Customers;
    beforeAll(async () => {
      under = await open();
      ({ customers } = under);
    });
    afterAll(() => under.drop());

    const add = async (changes: Partial<Newcomer> = {}, identifierHash = hash()) => {
      const newcomer = aNewcomer(changes);
      await customers.add(Customer.admit(newcomer, NOW), identifierHash);
      return { ...newcomer, identifierHash };
    };

    const holderOf = async (kind: 'email' | 'phone', ...hashes: string[]) =>
      (await customers.lookUp(kind, hashes, null)).holder;
    const bearerOf = async (id: string | null) => (await customers.lookUp('email', [hash()], id)).bearer;

    it('knows nobody before he was added', async () => {
      expect(await customers.lookUp('email', [hash()], randomUUID())).toEqual({ holder: null, bearer: null });
    });

    it('knows who holds an identifier and who has an id, and by which attempt', async () => {
      const { id, attemptId, identifierHash } = await add();
      const mia = { id, attemptId };
      expect(await customers.lookUp('email', [identifierHash], id)).toEqual({ holder: mia, bearer: mia });
      expect(await customers.lookUp('email', [identifierHash], null)).toEqual({ holder: mia, bearer: null });
      expect(await customers.lookUp('email', [hash()], id)).toEqual({ holder: null, bearer: mia });
    });

    it('tells the holder of an identifier from the bearer of an id', async () => {
      const [holder, bearer] = [await add(), await add()];
      expect(await customers.lookUp('email', [holder.identifierHash], bearer.id)).toEqual({
        holder: { id: holder.id, attemptId: holder.attemptId },
        bearer: { id: bearer.id, attemptId: bearer.attemptId },
      });
    });

    it('AC-23 keeps e-mail addresses and phone numbers apart', async () => {
      const { id, identifierHash } = await add({ identifier: PHONE });
      expect((await holderOf('phone', identifierHash))?.id).toBe(id);
      expect(await holderOf('email', identifierHash)).toBeNull();
    });

    it('looks under every key of the ring', async () => {
      const { id, identifierHash } = await add();
      expect((await holderOf('email', hash(), identifierHash, hash()))?.id).toBe(id);
      expect((await bearerOf(id))?.id).toBe(id);
    });

    it.each([
      ['an e-mail address', {}],
      ['a phone number', { identifier: PHONE }],
    ])('INV-03 gives %s to one customer', async (_, changes) => {
      const { id, identifierHash } = await add(changes);
      await expect(add(changes, identifierHash)).rejects.toBeInstanceOf(IdentifierTaken);
      const kind = 'identifier' in changes ? 'phone' : 'email';
      expect((await holderOf(kind, identifierHash))?.id).toBe(id);
    });

    it('INV-03 gives an identifier to one of twenty who come at once', async () => {
      const identifierHash = hash();
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => add({}, identifierHash)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.every(({ reason }) => reason instanceof IdentifierTaken)).toBe(true);
    });

    it('keeps many who have no phone number, and many who have no e-mail address', async () => {
      await Promise.all([add(), add(), add({ identifier: PHONE }), add({ identifier: PHONE })]);
    });
  });
}
