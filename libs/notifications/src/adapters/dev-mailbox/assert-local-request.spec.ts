import { describe, expect, it } from 'vitest';
import { assertLocalRequest, HostNotAllowed } from './assert-local-request.js';

interface RequestOverrides {
  readonly peer?: string | undefined;
  readonly ip?: string;
  readonly httpVersion?: string;
  readonly url?: string;
  readonly isPublic?: boolean;
}

const callWith =
  (headers: Record<string, string>, overrides: RequestOverrides = {}) =>
  () => {
    const { peer, ip, httpVersion = '1.1', isPublic = false } = { peer: '127.0.0.1', ip: '127.0.0.1', ...overrides };
    assertLocalRequest(
      { headers, ip, raw: { httpVersion, url: overrides.url, socket: { remoteAddress: peer } } },
      isPublic,
    );
  };

describe('refuseStrangers', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.0.0.1:3000',
    '127.8.9.10:3000',
    '[::1]',
    '[::1]:3000',
  ])('lets %s in', (host) => {
    expect(callWith({ host })).not.toThrow();
  });

  it.each([
    'evil.example.com',
    'evil.example.com:3000',
    'foyer.example.com',
    'localhost.evil.example.com',
    'evil.localhost',
    'localhost.',
    '127.0.0.1.evil.example.com',
    'evil.example.com#localhost',
    'localhost@evil.example.com',
    'localhost:3000@evil.example.com',
    '[::1].evil.example.com',
    '10.0.0.5:3000',
    '::1',
    '',
  ])('refuses the host %j: a foreign name may have been pointed here [AC-61]', (host) => {
    expect(callWith({ host })).toThrow(HostNotAllowed);
  });

  it('refuses a request without a host', () => {
    expect(callWith({})).toThrow(HostNotAllowed);
  });

  it.each(['10.0.0.5', '198.51.100.7', '::ffff:10.0.0.5', 'fe80::1', '', undefined])(
    'refuses the socket of %j, whatever the call says of itself [AC-61]',
    (peer) => {
      expect(callWith({ host: 'localhost' }, { peer })).toThrow(HostNotAllowed);
    },
  );

  it.each(['::1', '127.0.0.1', '::ffff:127.0.0.1'])('lets the socket of %s in [AC-61]', (peer) => {
    expect(callWith({ host: 'localhost' }, { peer, ip: peer })).not.toThrow();
  });

  it('refuses a caller that a trusted proxy names, and text that is no address [AC-61]', () => {
    for (const ip of ['198.51.100.7', 'unknown'])
      expect(callWith({ host: 'localhost' }, { ip })).toThrow(HostNotAllowed);
  });

  it.each([
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-forwarded-server',
    'x-forwarded',
    'x-original-forwarded-for',
    'forwarded',
    'via',
    'x-real-ip',
    'x-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'cdn-loop',
    'x-envoy-external-address',
  ])('refuses a call with %s, also an empty one and one that names this machine [AC-61]', (header) => {
    for (const value of ['198.51.100.7', '127.0.0.1', ''])
      expect(callWith({ host: 'localhost', [header]: value })).toThrow(HostNotAllowed);
  });

  it('lets headers in that only look like those of a proxy [AC-61]', () => {
    expect(callWith({ host: 'localhost', 'x-forwardable': 'a', 'x-requested-with': 'b', cookie: 'c' })).not.toThrow();
  });

  it('refuses a target that names a host of its own [AC-61]', () => {
    expect(callWith({ host: 'localhost' }, { url: '/dev/messages' })).not.toThrow();
    expect(callWith({ host: 'localhost' }, { url: 'http://foyer.example.com/dev/messages' })).toThrow(HostNotAllowed);
    expect(callWith({ host: 'localhost', 'proxy-client-ip': '198.51.100.7' })).toThrow(HostNotAllowed);
  });

  it('refuses HTTP/1.0 [AC-61]', () => {
    expect(callWith({ host: 'localhost' }, { httpVersion: '1.0' })).toThrow(HostNotAllowed);
  });

  it('lets anybody in when the mailbox is meant to be public', () => {
    const far = { peer: '198.51.100.7', ip: '198.51.100.7', httpVersion: '1.0', isPublic: true };
    expect(callWith({ host: 'somewhere.example.com', 'x-forwarded-for': '198.51.100.7' }, far)).not.toThrow();
  });

  it('lets pages of this server and of this machine in, and those who send no metadata', () => {
    for (const site of ['same-origin', 'same-site', 'none']) {
      expect(callWith({ host: 'localhost', 'sec-fetch-site': site })).not.toThrow();
    }
  });

  it('refuses calls from other sites, even when the mailbox is public', () => {
    const call = { host: 'localhost', 'sec-fetch-site': 'cross-site' };
    for (const isPublic of [false, true]) {
      expect(callWith(call, { isPublic })).toThrow(HostNotAllowed);
      for (const [mode, dest] of [
        ['cors', 'empty'],
        ['navigate', 'iframe'],
      ] as const)
        expect(callWith({ ...call, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }, { isPublic })).toThrow(
          HostNotAllowed,
        );
    }
  });

  it('lets somebody in who clicks a link on another site', () => {
    const click = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(callWith({ host: 'localhost', ...click })).not.toThrow();
    expect(callWith({ host: 'evil.example.com', ...click })).toThrow(HostNotAllowed);
  });

  it('says so as a problem with a stable code', () => {
    expect(new HostNotAllowed()).toMatchObject({ code: 'dev.host_not_allowed', kind: 'forbidden' });
  });
});
