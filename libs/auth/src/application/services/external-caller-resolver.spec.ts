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

describe('ForeignCallers', () => {
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

  it('AC-22 given a valid token that nobody has linked, then nobody', async () => {
    expect(await callers.identify('t')).toBeUndefined();
  });

  it('AC-57 given a foreign subject that is spelt like a customer id of ours, then nobody', async () => {
    tokens.known.set('t', { issuer: ISSUER, subject: 'mia', roles: ['admin'], authTime: null });
    expect(await callers.identify('t')).toBeUndefined();
  });

  it('given no valid token, then nobody, and no link is looked for', async () => {
    expect(await callers.identify('garbled')).toBeUndefined();
    expect(looks).toBe(0);
  });

  it('given a link, then its customer, without a session and never for a password only', async () => {
    await link();
    subjects.change('mia', { oneTime: true });
    const caller = { customerId: 'mia', sessionId: null, roles: ['customer'], scopes: ['customer'], authTime: 7 };
    expect(await callers.identify('t')).toEqual(caller);
  });

  it('given roles here and mapped ones, then both, each once', async () => {
    await link();
    tokens.known.set('t', { ...MIA, roles: ['staff', 'customer'], authTime: null });
    expect((await callers.identify('t'))?.roles).toEqual(['customer', 'staff']);
  });

  it('given the same subject at another issuer, then nobody', async () => {
    await link();
    tokens.known.set('t', { ...MIA, issuer: 'https://evil.example', roles: [], authTime: null });
    expect(await callers.identify('t')).toBeUndefined();
  });

  it('given a customer who is suspended or unlinked, then nobody within half a second', async () => {
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

  it('given a hundred requests at once, then the database is asked once', async () => {
    await link();
    await Promise.all(Array.from({ length: 100 }, () => callers.identify('t')));
    expect(looks).toBe(1);
  });

  it('given a database that is away, then nobody can tell, and it is asked again at once', async () => {
    await link();
    const { findSubject } = links;
    links.findSubject = () => Promise.reject(new Error('away'));
    await expect(callers.identify('t')).rejects.toThrow('away');
    links.findSubject = findSubject;
    expect(await callers.identify('t')).toBeDefined();
  });
});
