import { describe, expect, it } from 'vitest';
import { InvalidConfiguration } from './invalid-configuration.js';
import { isTrustworthyUrl, readOAuthIssuers } from './oauth-issuers.js';
import { SettingsReader } from './settings-reader.js';

const PUBLIC_URL = 'https://foyer.example';
const GOOD = { issuer: 'https://login.example/realms/shop', audience: 'https://api.example' };

const read = (typed: string) => {
  const reader = new SettingsReader({ OAUTH_ISSUERS: typed });
  const issuers = readOAuthIssuers(reader, PUBLIC_URL);
  reader.throwIfInvalid();
  return issuers;
};
const problems = (...entries: unknown[]): readonly string[] => {
  try {
    read(JSON.stringify(entries));
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
};

describe('OAUTH_ISSUERS', () => {
  it('given nothing, then no external server is trusted', () => {
    expect(read('')).toEqual([]);
    expect(read('[]')).toEqual([]);
  });

  it('given an issuer and an audience, then metadata tells its keys, algorithms are pinned and no role counts', () => {
    expect(read(JSON.stringify([GOOD]))).toEqual([
      {
        ...GOOD,
        jwksUri: undefined,
        algorithms: ['EdDSA', 'ES256', 'RS256', 'PS256'],
        rolesClaim: 'roles',
        roles: new Map(),
      },
    ]);
  });

  it('given everything, then everything', () => {
    const entry = {
      ...GOOD,
      jwks_uri: 'https://keys.example/jwks',
      algorithms: ['ES256'],
      roles_claim: '/realm_access/roles',
      roles: { 'shop-staff': 'staff', boss: 'admin' },
    };
    expect(read(JSON.stringify([entry, { ...GOOD, issuer: 'http://127.0.0.1:8080' }]))).toMatchObject([
      {
        jwksUri: 'https://keys.example/jwks',
        algorithms: ['ES256'],
        rolesClaim: '/realm_access/roles',
        roles: new Map([
          ['shop-staff', 'staff'],
          ['boss', 'admin'],
        ]),
      },
      { issuer: 'http://127.0.0.1:8080' },
    ]);
  });

  it.each<[string, string]>([
    ['no JSON', 'https://login.example'],
    ['no array', JSON.stringify(GOOD)],
  ])('given %s, then the start is refused', (_, typed) => {
    expect(() => read(typed)).toThrow('OAUTH_ISSUERS must be a JSON array of objects with issuer and audience');
  });

  it.each<[string, unknown, string]>([
    ['a text', 'https://login.example', 'must be an object'],
    ['null', null, 'must be an object'],
    ['no issuer', { audience: 'a' }, 'issuer must be an https URL'],
    ['plain HTTP', { ...GOOD, issuer: 'http://login.example' }, 'issuer must be an https URL'],
    [
      'a name that only looks like this machine',
      { ...GOOD, issuer: 'http://localhost.evil.example' },
      'issuer must be',
    ],
    ['a query', { ...GOOD, issuer: 'https://login.example/?a=b' }, 'issuer must be an https URL'],
    ['an empty fragment', { ...GOOD, issuer: 'https://login.example/#' }, 'issuer must be an https URL'],
    ['a user', { ...GOOD, issuer: 'https://me@login.example' }, 'issuer must be an https URL'],
    ['another scheme', { ...GOOD, issuer: 'ftp://login.example' }, 'issuer must be an https URL'],
    ['ourselves', { ...GOOD, issuer: PUBLIC_URL }, 'issuer is PUBLIC_URL'],
    ['no audience', { issuer: GOOD.issuer }, 'audience is missing'],
    ['an empty audience', { ...GOOD, audience: '' }, 'audience is missing'],
    ['keys over plain HTTP', { ...GOOD, jwks_uri: 'http://keys.example' }, 'jwks_uri must be an https URL'],
    ['no signature', { ...GOOD, algorithms: ['none'] }, 'algorithms must list'],
    ['a shared secret', { ...GOOD, algorithms: ['ES256', 'HS256'] }, 'algorithms must list'],
    ['no algorithm', { ...GOOD, algorithms: [] }, 'algorithms must list'],
    ['a role of ours that is not there', { ...GOOD, roles: { boss: 'root' } }, 'roles must map'],
    ['a list of roles', { ...GOOD, roles: ['admin'] }, 'roles must map'],
    ['a field nobody reads', { ...GOOD, jwksUri: 'https://keys.example' }, 'has fields that nobody reads'],
  ])('given %s, then the start is refused, and told where', (_, entry, fault) => {
    const [first = '', ...more] = problems({ ...GOOD, issuer: 'https://other.example' }, entry);
    expect(first).toContain(`OAUTH_ISSUERS entry 2: ${fault}`);
    expect(more).toEqual([]);
  });

  it('given one issuer twice, then the start is refused', () => {
    expect(problems(GOOD, { ...GOOD, audience: 'another' })).toEqual(['OAUTH_ISSUERS names an issuer twice']);
  });

  it('given several faults, then all are told', () => {
    expect(problems({ issuer: 'x' }, 7)).toHaveLength(3);
  });
});

describe('an address keys may come from', () => {
  it.each(['https://a.example', 'http://localhost:1', 'http://127.9.9.9', 'http://[::1]:8080/x'])('%s', (url) => {
    expect(isTrustworthyUrl(url)).toBe(true);
  });
  it.each(['http://10.0.0.1', 'http://127.0.0.1.nip.io', 'file:///etc/passwd', 'data:,x', '', 7])('not %s', (url) => {
    expect(isTrustworthyUrl(url)).toBe(false);
  });
});
