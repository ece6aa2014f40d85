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

describe('linking', () => {
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

  it('given a valid foreign token, then its identity is linked, and the audit trail says so', async () => {
    const result = await link('mia');
    expect(result).toEqual({
      outcome: 'linked',
      link: { id: 'link 1', customerId: 'mia', ...MIA, createdAt: expect.any(Date) },
    });
    expect(audit.entries).toEqual([entry('auth.link.added', 'mia')]);
  });

  it('given it twice, then it is the same link, told once', async () => {
    expect(await link('mia')).toEqual(await link('mia'));
    expect(audit.actions).toEqual(['auth.link.added']);
  });

  it('tells the owner once of a new link and of its end, and nobody of a try [AC-70]', async () => {
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

  it('AC-57 given one that is somebody else’s, then it stays his, and the try is in the audit trail', async () => {
    await link('mia');
    expect(await link('eve')).toEqual({ outcome: 'taken' });
    expect((await links.findByIdentity(MIA))?.customerId).toBe('mia');
    expect(audit.entries.at(-1)).toEqual(entry('auth.link.refused', 'eve'));
  });

  it('AC-22 given no valid token, then nothing', async () => {
    expect(await link('mia', 'garbled')).toEqual({ outcome: 'refused' });
    expect([links.links.size, audit.entries]).toEqual([0, []]);
  });

  it('given the end of a link, then it is gone, told once, and may be somebody else’s', async () => {
    await link('mia');
    expect([await unlink('mia', 'link 1'), await unlink('mia', 'link 1')]).toEqual([true, false]);
    expect(audit.entries.slice(1)).toEqual([entry('auth.link.removed', 'mia')]);
    expect(await link('eve')).toMatchObject({ outcome: 'linked' });
  });

  it('AC-49 given the link of somebody else, then there is none', async () => {
    await link('mia');
    expect(await unlink('eve', 'link 1')).toBe(false);
    expect(links.links.size).toBe(1);
  });
});
