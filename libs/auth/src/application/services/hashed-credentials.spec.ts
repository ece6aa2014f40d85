import { beforeEach, describe, expect, it } from 'vitest';
import { LastAdministrator } from '../../domain/errors.js';
import type { Role } from '../../facade.js';
import { AuthHarness } from '../../testing/auth-harness.js';
import { CountingPasswordHasher } from '../../testing/counting-password-hasher.js';
import { InMemoryLinkedIdentities } from '../../testing/in-memory-linked-identities.js';
import type { InMemorySubjects } from '../../testing/in-memory-subjects.js';
import { PlainPasswordScheme } from '../../testing/plain-password-scheme.js';
import { HashedCredentials } from './hashed-credentials.js';
import { LocalSubjectErasure } from './local-subject-erasure.js';

describe('HashedCredentials', () => {
  let subjects: InMemorySubjects;
  let harness: AuthHarness;
  let audit: AuthHarness['audit'];
  let hasher: CountingPasswordHasher;
  let credentials: HashedCredentials;
  beforeEach(() => {
    hasher = new CountingPasswordHasher();
    harness = new AuthHarness();
    ({ subjects, audit } = harness);
    credentials = new HashedCredentials(subjects, new PlainPasswordScheme(), hasher, harness.ender);
  });

  it('computes pre-hashes without an expensive hash', () => {
    expect(credentials.preHashes('right').map(({ kid }) => kid)).toEqual(['new', 'old']);
    expect(hasher.calls).toEqual([]);
  });

  it('hashes a pre-hash once for the owner of the ticket, and encodes the pepper id', async () => {
    const ticket = { priority: 'activation', source: '192.0.2.1', customerId: null } as const;
    expect(await credentials.hash({ kid: 'old', value: 'old:right' }, ticket)).toBe('v2$old$hashed(old:right)');
    expect(hasher.calls).toEqual([{ work: 'hash', priority: 'activation' }]);
    expect(hasher.owners).toEqual([{ source: '192.0.2.1', customerId: null }]);
  });

  it('replaces the roles and ends all sessions', async () => {
    const mia = { customerId: 'mia', credential: null, roles: ['customer'], market: 'BR', locale: 'pt-BR' } as const;
    await credentials.enrol({ ...mia, identifierHash: 'h' });
    expect(await credentials.anyActiveHasRole('admin')).toBe(false);
    await credentials.setRoles('mia', ['customer', 'admin'], null);
    expect((await subjects.findById('mia'))?.snapshot()).toMatchObject({ roles: ['customer', 'admin'], generation: 1 });
    expect(await credentials.anyActiveHasRole('admin')).toBe(true);
    expect([await credentials.hasRole('mia', 'admin'), await credentials.hasRole('mia', 'staff')]).toEqual([
      true,
      false,
    ]);
    expect(await credentials.hasRole('nobody', 'admin')).toBe(false);
  });

  describe('the last administrator', () => {
    const enrol = (customerId: string, roles: readonly Role[], credential: string | null = 'v2$new$x') =>
      credentials.enrol({ customerId, identifierHash: customerId, credential, roles, market: 'BR', locale: 'pt-BR' });
    const erasure = () =>
      new LocalSubjectErasure(subjects, harness.ender, new InMemoryLinkedIdentities(subjects, harness.clock), {
        eraseSubjectData: async () => undefined,
      });
    const ways: readonly [string, () => Promise<void>][] = [
      ['loses the role', () => credentials.setRoles('mia', ['customer', 'staff'], 'mia')],
      ['is suspended', () => credentials.setStatus('mia', 'suspended', 'mia')],
      ['is deleted', () => credentials.revokeSignIn('mia', 'mia')],
      ['is erased', () => erasure().eraseSubject('mia', [], 'mia')],
    ];

    it.each(ways)('is rejected when it %s, without a change [AC-73]', async (_, end) => {
      await enrol('mia', ['customer', 'admin']);
      await enrol('without a password', ['customer', 'admin'], null);
      await enrol('suspended', ['customer', 'admin']);
      subjects.change('suspended', { status: 'suspended' });
      await enrol('a clerk', ['customer', 'staff']);
      await expect(end()).rejects.toBeInstanceOf(LastAdministrator);
      expect((await subjects.findById('mia'))?.snapshot()).toMatchObject({ status: 'active', generation: 0 });
      expect(audit.entries).toEqual([]);
    });

    it.each(ways)('%s when another administrator can sign in [AC-73]', async (_, end) => {
      await enrol('mia', ['customer', 'admin']);
      await enrol('eve', ['admin']);
      await end();
      expect((await subjects.findById('mia'))?.snapshot()).toMatchObject({ generation: 1 });
    });

    it.each(ways)('%s when suspended or without the role [AC-73]', async (_, end) => {
      await enrol('mia', ['customer', 'staff']);
      await end();
      expect((await subjects.findById('mia'))?.snapshot()).toMatchObject({ generation: 1 });
      subjects.change('mia', { status: 'suspended', roles: ['customer', 'admin'] });
      await end();
      expect((await subjects.findById('mia'))?.snapshot()).toMatchObject({ generation: 2 });
    });

    it('keeps the role when another one is added, and returns from a suspension [AC-73]', async () => {
      await enrol('mia', ['customer', 'admin']);
      await credentials.setRoles('mia', ['staff', 'admin'], 'mia');
      await credentials.setStatus('mia', 'active', 'mia');
      expect(await credentials.hasRole('mia', 'admin')).toBe(true);
    });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the sessions have ended', () => subjects.incrementGeneration('mia')],
    ['the customer is suspended', () => subjects.setStatus('mia', 'suspended')],
    ['the roles have changed', () => credentials.setRoles('mia', ['customer', 'staff'], null)],
    [
      'the customer was gone for a while',
      () => credentials.revokeSignIn('mia', null).then(() => credentials.restoreSignIn('mia', 'h')),
    ],
  ])('reports a customer as unchanged since enrolment until %s [AC-68]', async (_, change) => {
    const mia = { customerId: 'mia', credential: 'x', roles: ['customer'], market: 'BR', locale: 'pt-BR' } as const;
    expect(await credentials.isUnchangedSinceEnrolment('mia')).toBe(false);
    await credentials.enrol({ ...mia, identifierHash: 'h' });
    expect(await credentials.isUnchangedSinceEnrolment('mia')).toBe(true);
    await subjects.replaceCredential('mia', 'x', 'the same password, hashed anew', false);
    expect(await credentials.isUnchangedSinceEnrolment('mia')).toBe(true);
    await change();
    expect(await credentials.isUnchangedSinceEnrolment('mia')).toBe(false);
  });

  it('records why the sessions ended, and distinguishes deletion from suspension [INV-18]', async () => {
    const mia = { customerId: 'mia', credential: null, roles: ['customer'], market: 'BR', locale: 'pt-BR' } as const;
    await credentials.enrol({ ...mia, identifierHash: 'h' });
    await credentials.setRoles('mia', ['customer', 'staff'], 'an admin');
    await credentials.setStatus('mia', 'suspended', 'an admin');
    await credentials.revokeSignIn('mia', 'mia');
    expect(audit.entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['auth.roles.changed', 'an admin'],
      ['auth.suspended', 'an admin'],
      ['auth.withdrawn', 'mia'],
    ]);
  });

  it('finds an enrolled customer with all their properties', async () => {
    const mia = {
      customerId: 'mia',
      credential: 'v2$new$x',
      roles: ['customer'],
      market: 'BR',
      locale: 'pt-BR',
    } as const;
    await credentials.enrol({ ...mia, identifierHash: 'h' });
    expect((await subjects.findByIdentifierHashes(['h']))?.snapshot()).toEqual({
      customerId: 'mia',
      roles: ['customer'],
      status: 'active',
      generation: 0,
      credential: 'v2$new$x',
      oneTime: false,
      market: 'BR',
      locale: 'pt-BR',
    });
    expect(hasher.calls).toEqual([]);
  });
});
