import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransactionConflict } from '#kernel';
import type { LinkedIdentities } from '../application/linked-identity-ports.js';
import type { Subjects } from '../application/ports.js';
import { Subject } from '../domain/subject.js';
import { aSubject } from '../testing/a-subject.js';

export interface LinkedIdentitiesUnderTest {
  readonly links: LinkedIdentities;
  readonly subjects: Subjects;
  drop(): Promise<void>;
}

const ISSUER = 'https://login.example';
const identity = (subject = randomUUID() as string) => ({ issuer: ISSUER, subject });
const link = (subject?: string) => ({ id: randomUUID(), customerId: randomUUID(), ...identity(subject) });

/** Contract of every `LinkedIdentities`. */
export function linkedIdentitiesContract(name: string, open: () => Promise<LinkedIdentitiesUnderTest>): void {
  describe(`${name} implements LinkedIdentities`, () => {
    let under: LinkedIdentitiesUnderTest;
    let links: LinkedIdentities;
    beforeAll(async () => {
      under = await open();
      ({ links } = under);
    });
    afterAll(() => under.drop());

    const customer = async (status: 'active' | 'suspended' = 'active') => {
      const customerId = randomUUID();
      const hash = randomUUID().replaceAll('-', '').repeat(2);
      await under.subjects.add(Subject.restore(aSubject({ customerId, status, roles: ['customer', 'staff'] })), hash);
      return customerId;
    };

    it('finds nothing for an unlinked identity [AC-22]', async () => {
      expect([await links.findByIdentity(identity()), await links.findSubject(identity())]).toEqual([null, null]);
    });

    it('finds a link by issuer and subject with all its properties', async () => {
      const added = link();
      const kept = await links.add(added);
      expect(kept).toEqual({ ...added, createdAt: expect.any(Date) });
      expect(await links.findByIdentity(added)).toEqual(kept);
    });

    it('finds the linked customer in any status', async () => {
      for (const status of ['active', 'suspended'] as const) {
        const customerId = await customer(status);
        const { issuer, subject } = await links.add({ ...link(), customerId });
        const found = (await links.findSubject({ issuer, subject }))?.snapshot();
        expect(found).toMatchObject({ customerId, status, roles: ['customer', 'staff'] });
      }
    });

    it('distinguishes case, trailing space, accents and issuer [AC-57]', async () => {
      const base = randomUUID().slice(0, 8);
      const added = await links.add(link(`mike-${base}`));
      for (const subject of [`Mike-${base}`, `mike-${base} `, `mîke-${base}`, `mike-${base}\u200b`, ''])
        expect(await links.findByIdentity(identity(subject))).toBeNull();
      for (const issuer of [`${ISSUER}/`, ISSUER.toUpperCase(), 'https://evil.example'])
        expect(await links.findSubject({ issuer, subject: added.subject })).toBeNull();
      await links.add(link(`MIKE-${base}`));
    });

    it('rejects a second link of an identity with TransactionConflict [INV-03]', async () => {
      const first = await links.add(link());
      const { subject } = first;
      await expect(links.add({ ...link(subject) })).rejects.toBeInstanceOf(TransactionConflict);
      expect(await links.findByIdentity(identity(subject))).toEqual(first);
    });

    it('links an identity once under concurrency', async () => {
      const { subject } = identity();
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => links.add(link(subject))));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('removes a link once, and only for its customer [AC-49]', async () => {
      const { id, customerId, ...who } = await links.add(link());
      expect(await links.remove(id, randomUUID())).toBe(false);
      expect(await links.findByIdentity(who)).not.toBeNull();
      expect([await links.remove(id, customerId), await links.remove(id, customerId)]).toEqual([true, false]);
      expect(await links.findByIdentity(who)).toBeNull();
      await links.add({ ...link(who.subject) });
    });

    it('removes all links of a customer, and no other [AC-50]', async () => {
      const customerId = randomUUID();
      const own = [await links.add({ ...link(), customerId }), await links.add({ ...link(), customerId })];
      const hers = await links.add(link());
      expect([await links.removeAllByCustomer(customerId), await links.removeAllByCustomer(customerId)]).toEqual([
        2, 0,
      ]);
      for (const each of own) expect(await links.findByIdentity(each)).toBeNull();
      expect(await links.findByIdentity(hers)).toEqual(hers);
    });
  });
}
