import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { Customers } from '../application/ports.js';
import type { CustomerViews } from '../application/views.js';
import { Customer, type NewCustomer } from '../domain/customer.js';
import { aNewCustomer } from '../testing/a-new-customer.js';

/** Views of the customers in this store. */
export interface CustomerViewsUnderTest {
  readonly customers: Customers;
  readonly views: CustomerViews;
  drop(): Promise<void>;
}

const NOW = new Date('2026-03-01T12:00:00.007Z');
const hash = () => randomUUID().replaceAll('-', '').repeat(2);

/** The contract of `CustomerViews`. */
export function customerViewsContract(name: string, open: () => Promise<CustomerViewsUnderTest>): void {
  describe(`CustomerViews: ${name}`, () => {
    let under: CustomerViewsUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.drop());

    const seen = async (changes: Partial<NewCustomer>) => {
      const newCustomer = aNewCustomer(changes);
      await under.customers.add(Customer.create(newCustomer, NOW), { email: hash(), phone: hash() });
      return under.views.findById(newCustomer.id);
    };

    it('returns null for an unknown customer', async () => {
      expect(await under.views.findById(randomUUID())).toBeNull();
    });

    it('returns all fields with times in UTC to the millisecond', async () => {
      const identifier = parseIdentifier('Mia@Example.org', 'US');
      expect(await seen({ identifier, lastName: 'Doe', market: 'BR', locale: 'pt-BR', verifiedBy: 'event' })).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email: 'mia@example.org',
        phone: null,
        firstName: 'Mia',
        lastName: 'Doe',
        document: null,
        market: 'BR',
        locale: 'pt-BR',
        attributes: {},
        status: 'active',
        verifiedBy: 'event',
        createdAt: '2026-03-01T12:00:00.007Z',
        updatedAt: '2026-03-01T12:00:00.007Z',
        version: 1,
      });
    });

    it('returns the full document number', async () => {
      const newCustomer = aNewCustomer();
      const before = Customer.create(newCustomer, NOW);
      await under.customers.add(before, { email: hash(), phone: null });
      await under.customers.replace(before, before.changeProfile({ document: '52998224725' }, NOW));
      expect((await under.views.findById(newCustomer.id))?.document).toBe('529.982.247-25');
    });

    it('returns a phone number and null names', async () => {
      const identifier = parseIdentifier('(650) 253-0000', 'US');
      expect(await seen({ identifier, firstName: null })).toMatchObject({
        email: null,
        phone: '+16502530000',
        firstName: null,
        lastName: null,
      });
    });

    it.each([
      'é ß ẞ 漢字 Ḁ̈',
      'O\'Neil \\ " % _ ; -- $1 ? :x @0',
      'trailing blanks kept by nobody else  .',
      '🔑'.repeat(200),
      '𝕄'.repeat(200),
    ])('returns the name %j unchanged', async (firstName) => {
      expect((await seen({ firstName, lastName: firstName }))?.firstName).toBe(firstName);
    });

    it('returns the fields in a fixed order', async () => {
      expect(Object.keys((await seen({})) ?? {})).toEqual([
        ...['id', 'email', 'phone', 'firstName', 'lastName', 'document', 'market', 'locale', 'attributes'],
        ...['status', 'verifiedBy', 'createdAt', 'updatedAt', 'version'],
      ]);
    });
  });
}
