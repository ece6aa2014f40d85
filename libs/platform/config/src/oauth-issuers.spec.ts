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
  it('trusts no external server by default', () => {
    expect(read('')).toEqual([]);
    expect(read('[]')).toEqual([]);
  });

  it('reads the keys from metadata, pins the algorithms and maps no role for an issuer with an audience', () => {
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

  it('reads all fields', () => {
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
  ])('rejects %s at startup', (_, typed) => {
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
    ['an unknown field', { ...GOOD, jwksUri: 'https://keys.example' }, 'has unknown fields'],
  ])('rejects %s at startup and reports the entry', (_, entry, fault) => {
    const [first = '', ...more] = problems({ ...GOOD, issuer: 'https://other.example' }, entry);
    expect(first).toContain(`OAUTH_ISSUERS entry 2: ${fault}`);
    expect(more).toEqual([]);
  });

  it('rejects a duplicate issuer at startup', () => {
    expect(problems(GOOD, { ...GOOD, audience: 'another' })).toEqual(['OAUTH_ISSUERS names an issuer twice']);
  });

  it('reports all problems', () => {
    expect(problems({ issuer: 'x' }, 7)).toHaveLength(3);
  });
});

describe('the URL of keys', () => {
  it.each(['https://a.example', 'http://localhost:1', 'http://127.9.9.9', 'http://[::1]:8080/x'])(
    'accepts %s',
    (url) => {
      expect(isTrustworthyUrl(url)).toBe(true);
    },
  );
  it.each(['http://10.0.0.1', 'http://127.0.0.1.nip.io', 'file:///etc/passwd', 'data:,x', '', 7])(
    'rejects %s',
    (url) => {
      expect(isTrustworthyUrl(url)).toBe(false);
    },
  );
});
