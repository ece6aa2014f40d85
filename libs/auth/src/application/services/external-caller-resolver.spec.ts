import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { Subject } from '../../domain/subject.js';
import { aSubject } from '../../testing/a-subject.js';
import { InMemoryLinkedIdentities } from '../../testing/in-memory-linked-identities.js';
import { InMemorySubjects } from '../../testing/in-memory-subjects.js';
import { StubExternalTokens } from '../../testing/stub-external-tokens.js';
import { ExternalCallerResolver } from './external-caller-resolver.js';

const ISSUER = 'https://login.example';
const MIA = { issuer: ISSUER, subject: 'mia-over-there' };

describe('ExternalCallerResolver', () => {
  let now: number;
  let looks: number;
  let subjects: InMemorySubjects;
  let links: InMemoryLinkedIdentities;
  let tokens: StubExternalTokens;
  let callers: ExternalCallerResolver;

  class CountingLinks extends InMemoryLinkedIdentities {
    override findSubject(...who: Parameters<InMemoryLinkedIdentities['findSubject']>) {
      looks++;
      return super.findSubject(...who);
    }
  }

  beforeEach(async () => {
    [now, looks] = [0, 0];
    subjects = new InMemorySubjects();
    links = new CountingLinks(subjects, new FixedClock());
    tokens = new StubExternalTokens();
    callers = new ExternalCallerResolver(tokens, links, () => now);
    await subjects.add(Subject.restore(aSubject()), 'h');
    tokens.known.set('t', { ...MIA, roles: [], authTime: 7 });
  });
  const link = () => links.add({ id: 'l', customerId: 'mia', ...MIA });

  it('resolves no caller for an unlinked identity [AC-22]', async () => {
    expect(await callers.identify('t')).toBeUndefined();
  });

  it('resolves no caller for an external subject that equals a customer id [AC-57]', async () => {
    tokens.known.set('t', { issuer: ISSUER, subject: 'mia', roles: ['admin'], authTime: null });
    expect(await callers.identify('t')).toBeUndefined();
  });

  it('resolves no caller for an invalid token, without a database query', async () => {
    expect(await callers.identify('garbled')).toBeUndefined();
    expect(looks).toBe(0);
  });

  it('resolves the linked customer without a session and with the full scope', async () => {
    await link();
    subjects.change('mia', { oneTime: true });
    const caller = { customerId: 'mia', sessionId: null, roles: ['customer'], scopes: ['customer'], authTime: 7 };
    expect(await callers.identify('t')).toEqual(caller);
  });

  it('merges stored and mapped roles without duplicates', async () => {
    await link();
    tokens.known.set('t', { ...MIA, roles: ['staff', 'customer'], authTime: null });
    expect((await callers.identify('t'))?.roles).toEqual(['customer', 'staff']);
  });

  it('resolves no caller for the same subject of another issuer', async () => {
    await link();
    tokens.known.set('t', { ...MIA, issuer: 'https://evil.example', roles: [], authTime: null });
    expect(await callers.identify('t')).toBeUndefined();
  });

  it('rejects a suspended or unlinked customer within half a second', async () => {
    await link();
    await callers.identify('t');
    subjects.change('mia', { status: 'suspended' });
    now = 500;
    expect(await callers.identify('t')).toBeUndefined();
    subjects.change('mia', { status: 'active' });
    now = 1_000;
    expect(await callers.identify('t')).toBeDefined();
    await links.remove('l', 'mia');
    now = 1_500;
    expect(await callers.identify('t')).toBeUndefined();
  });

  it('queries the database once for a hundred concurrent requests', async () => {
    await link();
    await Promise.all(Array.from({ length: 100 }, () => callers.identify('t')));
    expect(looks).toBe(1);
  });

  it('throws Unavailable when the database is down, and retries at once', async () => {
    await link();
    const { findSubject } = links;
    links.findSubject = () => Promise.reject(new Error('away'));
    await expect(callers.identify('t')).rejects.toThrow('away');
    links.findSubject = findSubject;
    expect(await callers.identify('t')).toBeDefined();
  });
});
