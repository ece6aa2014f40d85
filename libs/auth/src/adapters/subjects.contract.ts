import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subjects } from '../application/ports.js';
import { Subject, type SubjectState } from '../domain/subject.js';

export interface SubjectsUnderTest {
  readonly subjects: Subjects;
  drop(): Promise<void>;
}

const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const PERSON = { market: 'BR', locale: 'pt-BR' } as const;
const CREDENTIAL = `v2$0$$2b$12$${'a'.repeat(53)}`;

/** Contract of every `Subjects`. */
export function subjectsContract(name: string, open: () => Promise<SubjectsUnderTest>): void {
  describe(`${name} implements Subjects`, () => {
    let under: SubjectsUnderTest;
    let subjects: Subjects;
    beforeAll(async () => {
      under = await open();
      ({ subjects } = under);
    });
    afterAll(() => under.drop());

    it('finds no unknown subject', async () => {
      expect(await subjects.findByIdentifierHashes([hash()])).toBeNull();
    });

    it('reports whether an active subject has a role', async () => {
      const customerId = randomUUID();
      const enrolled = { ...PERSON, customerId, roles: ['customer', 'admin'], credential: null } as const;
      expect(await subjects.anyActiveHasRole('admin')).toBe(false);
      await subjects.add(Subject.enrol(enrolled), hash());
      expect(await subjects.anyActiveHasRole('admin')).toBe(true);
      await subjects.setStatus(customerId, 'suspended');
      expect(await subjects.anyActiveHasRole('admin')).toBe(false);
    });

    it('reports whether another active administrator with a password exists [AC-73]', async () => {
      const [mia, eve, clerk] = [randomUUID(), randomUUID(), randomUUID()];
      const enrol = (customerId: string, roles: SubjectState['roles'], credential: string | null) =>
        subjects.add(Subject.enrol({ ...PERSON, customerId, roles, credential }), hash());
      await enrol(mia, ['customer', 'admin'], CREDENTIAL);
      await enrol(clerk, ['customer', 'staff'], CREDENTIAL);
      await enrol(eve, ['customer', 'staff', 'admin'], null);
      expect([await subjects.hasOtherAdministrator(mia), await subjects.hasOtherAdministrator(eve)]).toEqual([
        false,
        true,
      ]);
      await subjects.replaceCredential(eve, null, CREDENTIAL, true);
      expect(await subjects.hasOtherAdministrator(mia)).toBe(true);
      await subjects.setStatus(eve, 'suspended');
      expect(await subjects.hasOtherAdministrator(mia)).toBe(false);
      await subjects.setStatus(mia, 'suspended');
    });

    it('locks and returns the current subject only [AC-73]', async () => {
      const customerId = randomUUID();
      await subjects.add(Subject.enrol({ ...PERSON, customerId, roles: ['admin'], credential: null }), hash());
      expect((await subjects.lockById(customerId))?.snapshot()).toMatchObject({ customerId, roles: ['admin'] });
      expect(await subjects.lockById(randomUUID())).toBeNull();
      await subjects.setStatus(customerId, 'suspended');
    });

    it('finds a subject by its identifier with all its properties', async () => {
      const [id, identifier] = [randomUUID(), hash()];
      await subjects.add(
        Subject.enrol({ ...PERSON, customerId: id, roles: ['customer', 'staff'], credential: CREDENTIAL }),
        identifier,
      );
      expect((await subjects.findByIdentifierHashes([identifier]))?.snapshot()).toEqual({
        customerId: id,
        roles: ['customer', 'staff'],
        status: 'active',
        generation: 0,
        credential: CREDENTIAL,
        oneTime: false,
        ...PERSON,
      });
    });

    it('stores a subject without a password', async () => {
      const identifier = hash();
      await subjects.add(
        Subject.enrol({ ...PERSON, customerId: randomUUID(), roles: ['customer'], credential: null }),
        identifier,
      );
      expect((await subjects.findByIdentifierHashes([identifier]))?.snapshot().credential).toBeNull();
    });

    it('stores a suspended subject with its generation', async () => {
      const [customerId, identifier] = [randomUUID(), hash()];
      const state = {
        customerId,
        roles: ['admin'],
        status: 'suspended',
        generation: 7,
        credential: CREDENTIAL,
        oneTime: true,
        ...PERSON,
      } as const;
      await subjects.add(Subject.restore(state), identifier);
      const found = await subjects.findByIdentifierHashes([identifier]);
      expect(found?.snapshot()).toEqual(state);
      expect(found?.usableCredential).toBeNull();
    });

    it('stores many subjects at once, each with all their names', async () => {
      const people = Array.from({ length: 300 }, (_, n) => ({
        subject: Subject.restore({
          ...{ customerId: randomUUID(), roles: ['customer'], generation: 0, oneTime: false, ...PERSON },
          ...{ status: n % 2 ? 'suspended' : 'active', credential: n % 3 ? `f1$0.${'x'.repeat(490)}` : null },
        }),
        names: n % 4 ? [hash()] : [hash(), hash()],
      }));
      await subjects.addAll(people);
      for (const { subject, names } of [people[0], people[7], people[299]].filter((one) => one !== undefined))
        for (const name of names)
          expect((await subjects.findByIdentifierHashes([name]))?.snapshot()).toEqual(subject.snapshot());
      const some = people.slice(0, 50).map(({ subject }) => subject.snapshot());
      const found = await subjects.findByIds([...some.map(({ customerId }) => customerId), randomUUID()]);
      const byId = (a: { customerId: string }, b: { customerId: string }) => (a.customerId < b.customerId ? -1 : 1);
      expect(found.map((one) => one.snapshot()).sort(byId)).toEqual(some.sort(byId));
      expect(await subjects.findByIds([])).toEqual([]);
    });

    it('finds a subject under every key of the ring', async () => {
      const [id, identifier] = [randomUUID(), hash()];
      await subjects.add(
        Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }),
        identifier,
      );
      expect((await subjects.findByIdentifierHashes([hash(), identifier, hash()]))?.snapshot().customerId).toBe(id);
    });

    it('prefers the subject of the first of two candidate names', async () => {
      const [number, cpf] = [hash(), hash()];
      const ids = [randomUUID(), randomUUID()];
      for (const [n, identifier] of [cpf, number].entries())
        await subjects.add(
          Subject.enrol({ ...PERSON, customerId: ids[n] ?? '', roles: ['customer'], credential: null }),
          identifier,
        );
      expect((await subjects.findByIdentifierHashes([number, cpf]))?.snapshot().customerId).toBe(ids[1]);
      expect((await subjects.findByIdentifierHashes([cpf, number]))?.snapshot().customerId).toBe(ids[0]);
    });

    it('removes one of several names, and never one of another subject', async () => {
      const [id, first, second] = [randomUUID(), hash(), hash()];
      await subjects.add(Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }), first);
      await subjects.addIdentifier(id, second);
      await subjects.removeIdentifier(randomUUID(), [first, second]);
      expect((await subjects.findByIdentifierHashes([second]))?.snapshot().customerId).toBe(id);
      await subjects.removeIdentifier(id, [hash(), second]);
      expect(await subjects.findByIdentifierHashes([second])).toBeNull();
      expect((await subjects.findByIdentifierHashes([first]))?.snapshot().customerId).toBe(id);
    });

    it('finds a subject by its id', async () => {
      const id = randomUUID();
      expect(await subjects.findById(id)).toBeNull();
      await subjects.add(Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }), hash());
      expect((await subjects.findById(id))?.snapshot().customerId).toBe(id);
    });

    it('replaces only the expected credential [ST-P5]', async () => {
      const id = randomUUID();
      await subjects.add(Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }), hash());
      expect(await subjects.replaceCredential(id, 'another', CREDENTIAL, false)).toBe(false);
      expect(await subjects.replaceCredential(id, null, CREDENTIAL, true)).toBe(true);
      expect((await subjects.findById(id))?.snapshot()).toMatchObject({ credential: CREDENTIAL, oneTime: true });
      expect(await subjects.replaceCredential(id, null, 'late', false)).toBe(false);
      expect(await subjects.replaceCredential(id, CREDENTIAL, 'v2$0$x', false)).toBe(true);
      expect((await subjects.findById(id))?.snapshot()).toMatchObject({ credential: 'v2$0$x', oneTime: false });
    });

    it('increments generation and event sequence by one', async () => {
      const id = randomUUID();
      await subjects.add(Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }), hash());
      expect([await subjects.incrementGeneration(id), await subjects.incrementGeneration(id)]).toEqual([1, 2]);
      expect([await subjects.nextSequence(id), await subjects.nextSequence(id)]).toEqual([1, 2]);
      expect((await subjects.findById(id))?.snapshot().generation).toBe(2);
    });

    it('locks an active subject of the given generation, also twice at the same time [AC-50]', async () => {
      const id = randomUUID();
      await subjects.add(Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }), hash());
      expect([
        await subjects.lockIfCurrent(id, 0),
        await subjects.lockIfCurrent(id, 0),
        await subjects.lockIfCurrent(id, 1),
      ]).toEqual([...[true, true, false]]);
      await subjects.incrementGeneration(id);
      expect([await subjects.lockIfCurrent(id, 0), await subjects.lockIfCurrent(id, 1)]).toEqual([false, true]);
      await subjects.setStatus(id, 'suspended');
      expect([await subjects.lockIfCurrent(id, 1), await subjects.lockIfCurrent(randomUUID(), 0)]).toEqual([
        false,
        false,
      ]);
    });

    it('rejects a duplicate identifier or subject id [INV-03]', async () => {
      const [id, identifier] = [randomUUID(), hash()];
      await subjects.add(
        Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }),
        identifier,
      );
      await expect(
        subjects.add(
          Subject.enrol({ ...PERSON, customerId: randomUUID(), roles: ['customer'], credential: null }),
          identifier,
        ),
      ).rejects.toThrow();
      await expect(
        subjects.add(Subject.enrol({ ...PERSON, customerId: id, roles: ['customer'], credential: null }), hash()),
      ).rejects.toThrow();
      expect((await subjects.findByIdentifierHashes([identifier]))?.snapshot().customerId).toBe(id);
    });
  });
}
