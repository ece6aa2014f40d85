import { describe, expect, it } from 'vitest';
import type { ForeignCallers } from '../../application/foreign-callers.js';
import { RecordingAccessTokens } from '../../testing/recording-access-tokens.js';
import type { RevocationWatch } from '../typeorm/revocation-watch.js';
import { BearerStrategy } from './bearer.strategy.js';

const CLAIMS = {
  customerId: 'mia',
  sessionId: 's',
  generation: 0,
  roles: ['customer'],
  scopes: ['customer'],
  authTime: 7,
};
const FOREIGN = { ...CLAIMS, sessionId: null };

/** Knows one token. */
class OneToken extends RecordingAccessTokens {
  override async verify(token: string): Promise<typeof CLAIMS | undefined> {
    return token === 'aa.bb-_.cc' ? CLAIMS : undefined;
  }
}

let revoked = false;
const watch = { isRevoked: async () => revoked } as unknown as RevocationWatch;
const foreign = { identify: async (token: string) => (token === 'dd.ee.ff' ? FOREIGN : undefined) } as ForeignCallers;
const strategy = new BearerStrategy(new OneToken(), foreign, watch);
const identify = (...rawHeaders: string[]) =>
  strategy.identify({ raw: { rawHeaders, socket: {} }, headers: {}, ip: '192.0.2.7' });

describe('BearerStrategy', () => {
  it.each(['Bearer aa.bb-_.cc', 'bearer aa.bb-_.cc', 'BEARER   aa.bb-_.cc'])('reads %j', async (value) => {
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
  ])('refuses %j', async (value) => {
    expect(await identify('Authorization', value)).toBeUndefined();
  });

  it('refuses one that was revoked', async () => {
    revoked = true;
    expect(await identify('Authorization', 'Bearer aa.bb-_.cc')).toBeUndefined();
    revoked = false;
  });

  it('takes one of an external identity server, which no revocation of ours concerns', async () => {
    revoked = true;
    expect(await identify('Authorization', 'Bearer dd.ee.ff')).toEqual(FOREIGN);
    revoked = false;
  });

  it('M25 refuses none and two', async () => {
    expect(await identify()).toBeUndefined();
    expect(await identify('Authorization', 'Bearer aa.bb-_.cc', 'authorization', 'Bearer aa.bb-_.cc')).toBeUndefined();
  });

  it('RFC 6750 3.1 says invalid_token only to those who brought one', () => {
    expect(strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: {}, ip: '' })).toBe(
      'Bearer realm="foyer"',
    );
    expect(strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: { authorization: 'x' }, ip: '' })).toBe(
      'Bearer realm="foyer", error="invalid_token"',
    );
  });
});
