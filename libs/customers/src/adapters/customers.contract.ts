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

/** The contract of `Customers`. */
export function customersContract(name: string, open: () => Promise<CustomersUnderTest>): void {
  describe(`Customers: ${name}`, () => {
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

    it('finds no customer before it is added', async () => {
      expect(await customers.lookUpHolders('email', [hash()], randomUUID())).toEqual({ holder: null, idHolder: null });
    });

    it('returns the holders of an identifier and of an id with their attempts', async () => {
      const { id, attemptId, identifierHash } = await add();
      const mia = { id, attemptId };
      expect(await customers.lookUpHolders('email', [identifierHash], id)).toEqual({ holder: mia, idHolder: mia });
      expect(await customers.lookUpHolders('email', [identifierHash], null)).toEqual({ holder: mia, idHolder: null });
      expect(await customers.lookUpHolders('email', [hash()], id)).toEqual({ holder: null, idHolder: mia });
    });

    it('distinguishes the holder of an identifier from the holder of an id', async () => {
      const [holder, bearer] = [await add(), await add()];
      expect(await customers.lookUpHolders('email', [holder.identifierHash], bearer.id)).toEqual({
        holder: { id: holder.id, attemptId: holder.attemptId },
        idHolder: { id: bearer.id, attemptId: bearer.attemptId },
      });
    });

    it('separates e-mail addresses and phone numbers [AC-23]', async () => {
      const { id, identifierHash } = await add({ identifier: PHONE });
      expect((await holderOf('phone', identifierHash))?.id).toBe(id);
      expect(await holderOf('email', identifierHash)).toBeNull();
    });

    it('looks up hashes of every key', async () => {
      const { id, identifierHash } = await add();
      expect((await holderOf('email', hash(), identifierHash, hash()))?.id).toBe(id);
      expect((await bearerOf(id))?.id).toBe(id);
    });

    it.each([
      ['an e-mail address', {}],
      ['a phone number', { identifier: PHONE }],
    ])('assigns %s to one customer [INV-03]', async (_, changes) => {
      const { id, identifierHash } = await add(changes);
      await expect(add(changes, identifierHash)).rejects.toBeInstanceOf(IdentifierTaken);
      const kind = 'identifier' in changes ? 'phone' : 'email';
      expect((await holderOf(kind, identifierHash))?.id).toBe(id);
    });

    it('assigns an identifier to one of twenty concurrent requests [INV-03]', async () => {
      const identifierHash = hash();
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => add({}, identifierHash)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.every(({ reason }) => reason instanceof IdentifierTaken)).toBe(true);
    });

    describe('replace', () => {
      const LATER = new Date('2026-03-01T13:00:00.042Z');
      const added = async () => {
        const { id, identifierHash } = await add({ firstName: 'Mia' });
        const before = await customers.findById(id);
        if (!before) throw new Error('was added');
        return { id, identifierHash, before };
      };

      it('reads a record as written and finds none under another id', async () => {
        const newCustomer = aNewCustomer({ firstName: 'Mia', locale: 'pt-BR' });
        const customer = Customer.create(newCustomer, NOW);
        await customers.add(customer, hashes(newCustomer));
        expect((await customers.findById(newCustomer.id))?.snapshot()).toEqual(customer.snapshot());
        expect(await customers.findById(randomUUID())).toBeNull();
      });

      it('writes all changes at once and keeps the identifiers', async () => {
        const { id, identifierHash, before } = await added();
        const after = before.changeProfile(
          { firstName: null, lastName: 'Ü', attributes: { a: [1, { b: null }] } },
          LATER,
        );
        expect(await customers.replace(before, after.setStatus('suspended', LATER))).toBe(true);
        expect((await customers.findById(id))?.snapshot()).toEqual(after.setStatus('suspended', LATER).snapshot());
        expect((await holderOf('email', identifierHash))?.id).toBe(id);
      });

      it('returns every attribute unchanged [AC-44]', async () => {
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

      it('accepts one of many concurrent writes of the same version [RC-12]', async () => {
        const { id, before } = await added();
        const writers = Array.from({ length: 10 }, (_, n) => before.changeProfile({ lastName: `writer ${n}` }, LATER));
        const written = await Promise.all(writers.map((after) => customers.replace(before, after)));
        expect(written.filter(Boolean)).toHaveLength(1);
        const winner = writers[written.indexOf(true)];
        expect((await customers.findById(id))?.snapshot()).toEqual(winner?.snapshot());
      });

      it('releases the identifier on request and keeps the id', async () => {
        const { id, identifierHash, before } = await added();
        await customers.replace(before, before.delete(LATER), { email: null, phone: null });
        expect(await holderOf('email', identifierHash)).toBeNull();
        expect((await bearerOf(id))?.id).toBe(id);
        expect((await customers.findById(id))?.isDeleted).toBe(true);
      });

      it('replaces and adds identifiers with their hashes and keeps the others', async () => {
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

      it('stores a document, confirmed or not', async () => {
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

      it('confirms a document for one of ten concurrent requests and stores all claims [INV-03]', async () => {
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

      it('does not restore an identifier that another customer has [INV-03]', async () => {
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

    it('stores many customers without a phone number or without an e-mail address', async () => {
      await Promise.all([add(), add(), add({ identifier: PHONE }), add({ identifier: PHONE })]);
    });
  });
}
