import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { Customers } from '../application/ports.js';
import type { CustomerViews } from '../application/views.js';
import { Customer, type NewCustomer } from '../domain/customer.js';
import { aNewCustomer } from '../testing/a-new-customer.js';

/** Views of what these `Customers` hold. */
export interface CustomerViewsUnderTest {
  readonly customers: Customers;
  readonly views: CustomerViews;
  drop(): Promise<void>;
}

const NOW = new Date('2026-03-01T12:00:00.007Z');
const hash = () => randomUUID().replaceAll('-', '').repeat(2);

/** What every `CustomerViews` must do. */
export function customerViewsContract(name: string, open: () => Promise<CustomerViewsUnderTest>): void {
  describe(`${name} is a CustomerViews`, () => {
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

    it('shows nobody who is not there', async () => {
      expect(await under.views.findById(randomUUID())).toBeNull();
    });

    it('shows everything, times in UTC to the millisecond', async () => {
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

    it('shows a document in full: whoever answers with it masks it', async () => {
      const newCustomer = aNewCustomer();
      const before = Customer.create(newCustomer, NOW);
      await under.customers.add(before, { email: hash(), phone: null });
      await under.customers.replace(before, before.changeProfile({ document: '52998224725' }, NOW));
      expect((await under.views.findById(newCustomer.id))?.document).toBe('529.982.247-25');
    });

    it('shows a phone number, and a person without names', async () => {
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
    ])('shows the name %j as it was given', async (firstName) => {
      expect((await seen({ firstName, lastName: firstName }))?.firstName).toBe(firstName);
    });

    it('shows its members in one order, so that a repeated answer is the same to the byte', async () => {
      expect(Object.keys((await seen({})) ?? {})).toEqual([
        ...['id', 'email', 'phone', 'firstName', 'lastName', 'document', 'market', 'locale', 'attributes'],
        ...['status', 'verifiedBy', 'createdAt', 'updatedAt', 'version'],
      ]);
    });
  });
}
