import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock, ImmediateAfterCommit, ImmediateUnitOfWork, RecordingAuditTrail } from '#kernel/testing';
import { AccountChangeListeners } from '../../facade.js';
import { RecordingAccountChanges, SOURCE } from '../../testing/auth-harness.js';
import { InMemoryLinkedIdentities } from '../../testing/in-memory-linked-identities.js';
import { InMemorySubjects } from '../../testing/in-memory-subjects.js';
import { StubExternalTokens } from '../../testing/stub-external-tokens.js';
import { LinkIdentity, LinkIdentityHandler } from './link-identity.js';
import { UnlinkIdentity, UnlinkIdentityHandler } from './unlink-identity.js';

const MIA = { issuer: 'https://login.example', subject: 'mia-over-there' };

describe('LinkIdentityHandler', () => {
  let links: InMemoryLinkedIdentities;
  let audit: RecordingAuditTrail;
  let changes: RecordingAccountChanges;
  let link: (customerId: string, token?: string) => ReturnType<LinkIdentityHandler['execute']>;
  let unlink: (customerId: string, id: string) => Promise<boolean>;

  beforeEach(() => {
    let ids = 0;
    const work = new ImmediateUnitOfWork();
    const tokens = new StubExternalTokens();
    tokens.known.set('t', { ...MIA, roles: ['admin'], authTime: null });
    links = new InMemoryLinkedIdentities(new InMemorySubjects(), new FixedClock());
    audit = new RecordingAuditTrail();
    changes = new RecordingAccountChanges();
    const listeners = new AccountChangeListeners(new ImmediateAfterCommit());
    listeners.add(changes);
    const id = () => `link ${++ids}`;
    const linking = new LinkIdentityHandler(tokens, links, work, audit, { next: id, opaque: id }, listeners);
    const unlinking = new UnlinkIdentityHandler(work, links, audit, listeners);
    link = (customerId, token = 't') => linking.execute(new LinkIdentity(customerId, token, SOURCE));
    unlink = (customerId, linkId) => unlinking.execute(new UnlinkIdentity(customerId, linkId, SOURCE));
  });
  const entry = (action: string, who: string) => ({ action, actor: who, target: who, source: SOURCE });

  it('links the identity of a valid external token and records it', async () => {
    const result = await link('mia');
    expect(result).toEqual({
      outcome: 'linked',
      link: { id: 'link 1', customerId: 'mia', ...MIA, createdAt: expect.any(Date) },
    });
    expect(audit.entries).toEqual([entry('auth.link.added', 'mia')]);
  });

  it('returns the same link when repeated, and notifies once', async () => {
    expect(await link('mia')).toEqual(await link('mia'));
    expect(audit.actions).toEqual(['auth.link.added']);
  });

  it('notifies the owner once of a new and a removed link, and not of a failed attempt [AC-70]', async () => {
    await link('mia');
    await link('mia');
    await link('eve');
    await unlink('eve', 'link 1');
    await unlink('mia', 'link 1');
    await unlink('mia', 'link 1');
    expect(changes.changes).toEqual([
      ['mia', 'link_added'],
      ['mia', 'link_removed'],
    ]);
  });

  it('rejects an identity of another customer and records the attempt [AC-57]', async () => {
    await link('mia');
    expect(await link('eve')).toEqual({ outcome: 'taken' });
    expect((await links.findByIdentity(MIA))?.customerId).toBe('mia');
    expect(audit.entries.at(-1)).toEqual(entry('auth.link.refused', 'eve'));
  });

  it('rejects an invalid token [AC-22]', async () => {
    expect(await link('mia', 'garbled')).toEqual({ outcome: 'refused' });
    expect([links.links.size, audit.entries]).toEqual([0, []]);
  });

  it('removes a link, notifies once, and allows another customer to link the identity', async () => {
    await link('mia');
    expect([await unlink('mia', 'link 1'), await unlink('mia', 'link 1')]).toEqual([true, false]);
    expect(audit.entries.slice(1)).toEqual([entry('auth.link.removed', 'mia')]);
    expect(await link('eve')).toMatchObject({ outcome: 'linked' });
  });

  it('finds no link of another customer [AC-49]', async () => {
    await link('mia');
    expect(await unlink('eve', 'link 1')).toBe(false);
    expect(links.links.size).toBe(1);
  });
});
