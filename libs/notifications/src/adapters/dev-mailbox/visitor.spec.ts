import { describe, expect, it } from 'vitest';
import type { Settings } from '#platform';
import { HostNotAllowed, refuseStrangers } from './visitor.js';

const settings = { publicUrl: 'http://dev.example.org:8080', devMailboxIsPublic: false } as Settings;
const PUBLIC = { ...settings, devMailboxIsPublic: true } as Settings;

const visit =
  (headers: Record<string, string>, as = settings) =>
  () =>
    refuseStrangers(headers, as);

describe('refuseStrangers', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.0.0.1:3000',
    '[::1]',
    '[::1]:3000',
    'dev.example.org',
    'dev.example.org:8080',
    'Dev.Example.org:443',
  ])('lets %s in', (host) => {
    expect(visit({ host })).not.toThrow();
  });

  it.each([
    'evil.example.com',
    'evil.example.com:3000',
    'localhost.evil.example.com',
    '127.0.0.1.evil.example.com',
    'evil.example.com#localhost',
    'localhost@evil.example.com',
    'localhost:3000@evil.example.com',
    '[::1].evil.example.com',
    '10.0.0.5:3000',
    '::1',
    '',
  ])('refuses the host %j: a foreign name may have been pointed here', (host) => {
    expect(visit({ host })).toThrow(HostNotAllowed);
  });

  it('refuses a request without a host', () => {
    expect(visit({})).toThrow(HostNotAllowed);
  });

  it('lets any host in when the mailbox is meant to be public', () => {
    expect(visit({ host: 'somewhere.example.com' }, PUBLIC)).not.toThrow();
  });

  it('lets pages of this server and of this machine in, and those who send no metadata', () => {
    for (const site of ['same-origin', 'same-site', 'none']) {
      expect(visit({ host: 'localhost', 'sec-fetch-site': site })).not.toThrow();
    }
  });

  it('refuses calls from other sites, even when the mailbox is public', () => {
    const call = { host: 'localhost', 'sec-fetch-site': 'cross-site' };
    for (const as of [settings, PUBLIC]) {
      expect(visit(call, as)).toThrow(HostNotAllowed);
      expect(visit({ ...call, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, as)).toThrow(HostNotAllowed);
      expect(visit({ ...call, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, as)).toThrow(HostNotAllowed);
    }
  });

  it('lets somebody in who clicks a link on another site', () => {
    const click = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(visit({ host: 'localhost', ...click })).not.toThrow();
    expect(visit({ host: 'evil.example.com', ...click })).toThrow(HostNotAllowed);
  });

  it('says so as a problem with a stable code', () => {
    expect(new HostNotAllowed()).toMatchObject({ code: 'dev.host_not_allowed', kind: 'forbidden' });
  });
});
