import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { Customers } from '../application/ports.js';
import { Customer, type NewCustomer } from '../domain/customer.js';
import { DocumentTaken, IdentifierTaken } from '../domain/errors.js';
import { aNewCustomer } from '../testing/a-new-customer.js';

export interface CustomersUnderTest {
  readonly customers: Customers;
  drop(): Promise<void>;
}

const NOW = new Date('2026-03-01T12:00:00.007Z');
const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const hashes = ({ identifier }: NewCustomer, one = hash()) => ({
  email: identifier.kind === 'email' ? one : null,
  phone: identifier.kind === 'phone' ? one : null,
});
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

    const add = async (changes: Partial<NewCustomer> = {}, identifierHash = hash()) => {
      const newCustomer = aNewCustomer(changes);
      await customers.add(Customer.create(newCustomer, NOW), hashes(newCustomer, identifierHash));
      return { ...newCustomer, identifierHash };
    };

    const holderOf = async (kind: 'email' | 'phone', ...hashes: string[]) =>
      (await customers.lookUpHolders(kind, hashes, null)).holder;
    const bearerOf = async (id: string | null) => (await customers.lookUpHolders('email', [hash()], id)).idHolder;

    it('knows nobody before he was added', async () => {
      expect(await customers.lookUpHolders('email', [hash()], randomUUID())).toEqual({ holder: null, idHolder: null });
    });

    it('knows who holds an identifier and who has an id, and by which attempt', async () => {
      const { id, attemptId, identifierHash } = await add();
      const mia = { id, attemptId };
      expect(await customers.lookUpHolders('email', [identifierHash], id)).toEqual({ holder: mia, idHolder: mia });
      expect(await customers.lookUpHolders('email', [identifierHash], null)).toEqual({ holder: mia, idHolder: null });
      expect(await customers.lookUpHolders('email', [hash()], id)).toEqual({ holder: null, idHolder: mia });
    });

    it('tells the holder of an identifier from the bearer of an id', async () => {
      const [holder, bearer] = [await add(), await add()];
      expect(await customers.lookUpHolders('email', [holder.identifierHash], bearer.id)).toEqual({
        holder: { id: holder.id, attemptId: holder.attemptId },
        idHolder: { id: bearer.id, attemptId: bearer.attemptId },
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

    describe('a record', () => {
      const LATER = new Date('2026-03-01T13:00:00.042Z');
      const added = async () => {
        const { id, identifierHash } = await add({ firstName: 'Mia' });
        const before = await customers.findById(id);
        if (!before) throw new Error('was added');
        return { id, identifierHash, before };
      };

      it('is read as it was written, and nobody is there under another id', async () => {
        const newCustomer = aNewCustomer({ firstName: 'Mia', locale: 'pt-BR' });
        const customer = Customer.create(newCustomer, NOW);
        await customers.add(customer, hashes(newCustomer));
        expect((await customers.findById(newCustomer.id))?.snapshot()).toEqual(customer.snapshot());
        expect(await customers.findById(randomUUID())).toBeNull();
      });

      it('takes every change at once, and keeps its identifiers', async () => {
        const { id, identifierHash, before } = await added();
        const after = before.changeProfile(
          { firstName: null, lastName: 'Ü', attributes: { a: [1, { b: null }] } },
          LATER,
        );
        expect(await customers.replace(before, after.setStatus('suspended', LATER))).toBe(true);
        expect((await customers.findById(id))?.snapshot()).toEqual(after.setStatus('suspended', LATER).snapshot());
        expect((await holderOf('email', identifierHash))?.id).toBe(id);
      });

      it('AC-44 gives back every attribute as it was accepted, however odd', async () => {
        const { id, before } = await added();
        const odd = [
          '\u0001\u007f',
          '\u2028\ufeff\uffff\u202e',
          '😀e\u0301',
          '"\\/',
          "'; --",
          1e308,
          5e-324,
          0.1,
          null,
        ];
        const attributes = { odd, ...Object.fromEntries(odd.map((key) => [key, key])) };
        const after = before.changeProfile({ attributes }, LATER);
        expect(await customers.replace(before, after)).toBe(true);
        expect((await customers.findById(id))?.snapshot().attributes).toEqual(after.snapshot().attributes);
      });

      it('RC-12 is written by one of many who have read the same version', async () => {
        const { id, before } = await added();
        const writers = Array.from({ length: 10 }, (_, n) => before.changeProfile({ lastName: `writer ${n}` }, LATER));
        const written = await Promise.all(writers.map((after) => customers.replace(before, after)));
        expect(written.filter(Boolean)).toHaveLength(1);
        const winner = writers[written.indexOf(true)];
        expect((await customers.findById(id))?.snapshot()).toEqual(winner?.snapshot());
      });

      it('frees its identifier when it is told so, and its id stays its own', async () => {
        const { id, identifierHash, before } = await added();
        await customers.replace(before, before.delete(LATER), { email: null, phone: null });
        expect(await holderOf('email', identifierHash)).toBeNull();
        expect((await bearerOf(id))?.id).toBe(id);
        expect((await customers.findById(id))?.isDeleted).toBe(true);
      });

      it('moves an identifier and adds one, each with its hash, and the others stay', async () => {
        const { id, identifierHash, before } = await added();
        const [phoneHash, emailHash] = [hash(), hash()];
        const both = Customer.fromSnapshot({ ...before.snapshot(), phone: '+16502530000', version: 2 });
        expect(await customers.replace(before, both, { phone: phoneHash })).toBe(true);
        expect((await holderOf('email', identifierHash))?.id).toBe(id);
        const moved = Customer.fromSnapshot({ ...both.snapshot(), email: 'new@example.org', version: 3 });
        expect(await customers.replace(both, moved, { email: emailHash })).toBe(true);
        expect((await customers.findById(id))?.snapshot()).toEqual(moved.snapshot());
        expect(await holderOf('email', identifierHash)).toBeNull();
        expect([(await holderOf('email', emailHash))?.id, (await holderOf('phone', phoneHash))?.id]).toEqual([id, id]);
      });

      it('keeps a document, a claim or confirmed', async () => {
        const { id, before } = await added();
        const documentHash = hash();
        const claimed = before.changeProfile({ document: '52998224725' }, LATER);
        await customers.replace(before, claimed);
        expect((await customers.findById(id))?.snapshot()).toEqual(claimed.snapshot());
        const confirmed = claimed.confirmDocument(LATER);
        await customers.replace(claimed, confirmed, { document: documentHash });
        expect((await customers.findById(id))?.snapshot()).toEqual(confirmed.snapshot());
        expect((await customers.lookUpHolders('document', [hash(), documentHash], null)).holder?.id).toBe(id);
        const gone = confirmed.changeProfile({ document: null }, LATER);
        await customers.replace(confirmed, gone, { document: null });
        expect((await customers.findById(id))?.snapshot()).toEqual(gone.snapshot());
        expect((await customers.lookUpHolders('document', [documentHash], null)).holder).toBeNull();
      });

      it('INV-03 gives a document to one of ten who are confirmed at once, and claims to all', async () => {
        const documentHash = hash();
        const records = await Promise.all(Array.from({ length: 10 }, added));
        const confirmations = records.map(async ({ before }) => {
          const claimed = before.changeProfile({ document: '52998224725' }, LATER);
          expect(await customers.replace(before, claimed)).toBe(true);
          return customers.replace(claimed, claimed.confirmDocument(LATER), { document: documentHash });
        });
        const outcomes = await Promise.allSettled(confirmations);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(refused.every(({ reason }) => reason instanceof DocumentTaken)).toBe(true);
      });

      it('INV-03 takes no identifier back that somebody else has got', async () => {
        const { id, identifierHash, before } = await added();
        const deleted = before.delete(LATER);
        await customers.replace(before, deleted, { email: null, phone: null });
        const back = deleted.restore(LATER);
        const newCustomer = await add({}, identifierHash);
        const taken = customers.replace(deleted, back, { email: identifierHash, phone: null });
        await expect(taken).rejects.toBeInstanceOf(IdentifierTaken);
        expect((await holderOf('email', identifierHash))?.id).toBe(newCustomer.id);
        expect((await customers.findById(id))?.isDeleted).toBe(true);
      });
    });

    it('keeps many who have no phone number, and many who have no e-mail address', async () => {
      await Promise.all([add(), add(), add({ identifier: PHONE }), add({ identifier: PHONE })]);
    });
  });
}
