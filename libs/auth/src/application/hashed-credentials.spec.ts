import { beforeEach, describe, expect, it } from 'vitest';
import { Auth } from '../testing/auth.js';
import { CountingPasswordHasher } from '../testing/counting-password-hasher.js';
import type { InMemorySubjects } from '../testing/in-memory-subjects.js';
import { PlainPasswordScheme } from '../testing/plain-password-scheme.js';
import { HashedCredentials } from './hashed-credentials.js';

describe('HashedCredentials', () => {
  let subjects: InMemorySubjects;
  let audit: Auth['audit'];
  let hasher: CountingPasswordHasher;
  let credentials: HashedCredentials;
  beforeEach(() => {
    hasher = new CountingPasswordHasher();
    const house = new Auth();
    ({ subjects, audit } = house);
    credentials = new HashedCredentials(subjects, new PlainPasswordScheme(), hasher, house.ender);
  });

  it('given a password, then its pre-hashes cost nothing', () => {
    expect(credentials.preHashes('right').map(({ kid }) => kid)).toEqual(['new', 'old']);
    expect(hasher.paid).toEqual([]);
  });

  it('given a pre-hash, then one hash is paid, for whom the ticket names, and it names its pepper', async () => {
    const ticket = { priority: 'activation', source: '192.0.2.1', customerId: null } as const;
    expect(await credentials.hash({ kid: 'old', value: 'old:right' }, ticket)).toBe('v2$old$hashed(old:right)');
    expect(hasher.paid).toEqual([{ work: 'hash', priority: 'activation' }]);
    expect(hasher.owners).toEqual([{ source: '192.0.2.1', customerId: null }]);
  });

  it('given other roles, then those, and his sessions end', async () => {
    const mia = { customerId: 'mia', credential: null, roles: ['customer'], market: 'BR', locale: 'pt-BR' } as const;
    await credentials.enrol({ ...mia, identifierHash: 'h' });
    expect(await credentials.anybodyHas('admin')).toBe(false);
    await credentials.setRoles('mia', ['customer', 'admin'], null);
    expect((await subjects.byId('mia'))?.snapshot()).toMatchObject({ roles: ['customer', 'admin'], generation: 1 });
    expect(await credentials.anybodyHas('admin')).toBe(true);
    await credentials.withdraw('mia', null);
    expect(await credentials.anybodyHas('admin'), 'he is deleted').toBe(false);
  });

  it('INV-18 given that his sessions end, then the audit trail says why: a deletion is no suspension', async () => {
    const mia = { customerId: 'mia', credential: null, roles: ['customer'], market: 'BR', locale: 'pt-BR' } as const;
    await credentials.enrol({ ...mia, identifierHash: 'h' });
    await credentials.setRoles('mia', ['customer', 'staff'], 'an admin');
    await credentials.setStatus('mia', 'suspended', 'an admin');
    await credentials.withdraw('mia', 'mia');
    expect(audit.entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['auth.roles.changed', 'an admin'],
      ['auth.suspended', 'an admin'],
      ['auth.withdrawn', 'mia'],
    ]);
  });

  it('given a newcomer, then he can be found with what he was enrolled with', async () => {
    const mia = {
      customerId: 'mia',
      credential: 'v2$new$x',
      roles: ['customer'],
      market: 'BR',
      locale: 'pt-BR',
    } as const;
    await credentials.enrol({ ...mia, identifierHash: 'h' });
    expect((await subjects.byIdentifier(['h']))?.snapshot()).toEqual({
      customerId: 'mia',
      roles: ['customer'],
      status: 'active',
      generation: 0,
      credential: 'v2$new$x',
      oneTime: false,
      market: 'BR',
      locale: 'pt-BR',
    });
    expect(hasher.paid).toEqual([]);
  });
});
