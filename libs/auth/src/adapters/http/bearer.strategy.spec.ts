import { describe, expect, it } from 'vitest';
import type { ExternalCallerResolver } from '../../application/services/external-caller-resolver.js';
import { RecordingAccessTokens } from '../../testing/recording-access-tokens.js';
import type { RevocationPoller } from '../typeorm/revocation-poller.js';
import { BearerStrategy } from './bearer.strategy.js';

const CLAIMS = {
  customerId: 'mia',
  sessionId: 's',
  generation: 0,
  roles: ['customer'],
  scopes: ['customer'],
  authTime: 7,
};
const EXTERNAL_CALLER = { ...CLAIMS, sessionId: null };

/** Accepts one token. */
class SingleTokenAccessTokens extends RecordingAccessTokens {
  override async verify(token: string): Promise<typeof CLAIMS | undefined> {
    return token === 'aa.bb-_.cc' ? CLAIMS : undefined;
  }
}

let revoked = false;
const watch = { isRevoked: async () => revoked } as unknown as RevocationPoller;
const externalCallers = {
  identify: async (token: string) => (token === 'dd.ee.ff' ? EXTERNAL_CALLER : undefined),
} as ExternalCallerResolver;
const strategy = new BearerStrategy(new SingleTokenAccessTokens(), externalCallers, watch);
const identify = (...rawHeaders: string[]) =>
  strategy.identify({ raw: { rawHeaders, socket: {} }, headers: {}, ip: '192.0.2.7' });

describe('BearerStrategy', () => {
  it.each(['Bearer aa.bb-_.cc', 'bearer aa.bb-_.cc', 'BEARER   aa.bb-_.cc'])('accepts %j', async (value) => {
    expect(await identify('Host', 'x', 'AUTHORIZATION', value)).toEqual(CLAIMS);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Beareraa.bb-_.cc',
    'Bearer\taa.bb-_.cc',
    'Bearer aa.bb-_.cc ',
    'Bearer aa.bb-_.cc, Bearer aa.bb-_.cc',
    'Bearer aa.bb-_.cc.dd.ee',
    'Bearer aa.bb-_',
    'Basic aa.bb-_.cc',
    'Bearer "aa.bb-_.cc"',
    'Bearer aa.bb-_.other',
  ])('rejects %j', async (value) => {
    expect(await identify('Authorization', value)).toBeUndefined();
  });

  it('rejects a revoked token', async () => {
    revoked = true;
    expect(await identify('Authorization', 'Bearer aa.bb-_.cc')).toBeUndefined();
    revoked = false;
  });

  it('accepts an external token without checking revocations', async () => {
    revoked = true;
    expect(await identify('Authorization', 'Bearer dd.ee.ff')).toEqual(EXTERNAL_CALLER);
    revoked = false;
  });

  it('rejects a request with no or two Authorization headers [M25]', async () => {
    expect(await identify()).toBeUndefined();
    expect(await identify('Authorization', 'Bearer aa.bb-_.cc', 'authorization', 'Bearer aa.bb-_.cc')).toBeUndefined();
  });

  it('adds invalid_token to the challenge only when a token was sent [RFC 6750 3.1]', () => {
    expect(strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: {}, ip: '' })).toBe(
      'Bearer realm="foyer"',
    );
    expect(strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: { authorization: 'x' }, ip: '' })).toBe(
      'Bearer realm="foyer", error="invalid_token"',
    );
  });
});
