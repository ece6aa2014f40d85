import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Settings } from '#platform/config';
import { Subject } from '../../domain/subject.js';
import { aSubject } from '../../testing/a-subject.js';
import { generateJwtKey, secretsWithJwtKeys } from '../../testing/jwt-signing-keys.js';
import { JoseAccessTokens } from './jose-access-tokens.js';
import { toPublicJwks } from './published-keys.js';

const settings = {
  publicUrl: 'https://foyer.example',
  tokenAudience: 'https://foyer.example',
  accessTokenTtlSeconds: 9,
} as Settings;
const MIA = Subject.restore(aSubject());
const SESSION = { id: 'session', scope: 'customer' };

describe('toPublicJwks', () => {
  it.each(['EdDSA', 'ES256'] as const)('publishes a key of %s that verifies its tokens', async (alg) => {
    const secrets = secretsWithJwtKeys(await generateJwtKey('first', alg), await generateJwtKey('second'));
    const { token } = await (await JoseAccessTokens.create(settings, secrets)).issue(MIA, SESSION, new Date());
    const published = { keys: toPublicJwks(secrets.jwtKeys) } as unknown as JSONWebKeySet;
    const { payload } = await jwtVerify(token, createLocalJWKSet(published), { issuer: settings.publicUrl });
    expect(payload.sub).toBe('mia');
    expect(published.keys.map(({ kid }) => kid)).toEqual(['first', 'second']);
  });

  it('publishes no private part and no unneeded member', async () => {
    const odd = { ...(await generateJwtKey('odd')), key_ops: ['sign'], ext: true, iat: 1, exp: 2, more: 'secret' };
    const ec = await generateJwtKey('ec', 'ES256');
    const [first, second] = toPublicJwks(secretsWithJwtKeys(odd, ec).jwtKeys);
    expect(first).toEqual({ kty: 'OKP', crv: 'Ed25519', x: odd.x, kid: 'odd', alg: 'EdDSA', use: 'sig' });
    expect(second).toEqual({ kty: 'EC', crv: 'P-256', x: ec.x, y: ec.y, kid: 'ec', alg: 'ES256', use: 'sig' });
    expect(JSON.stringify([first, second])).not.toMatch(new RegExp(`${odd.d}|${ec.d}|secret`));
  });
});
