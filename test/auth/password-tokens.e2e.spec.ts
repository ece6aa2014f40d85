import { describe, expect, it } from 'vitest';
import { EMBEDDED } from '../registration/backends.js';
import { type Customer, useHall } from '../registration/hall.js';
import { basicOf, type Person, wrongCode } from '../registration/people.js';
import type { Reply } from '../support/http-message.js';
import { logIn, me, refresh, type TokenSet } from './door.js';

describe('tokens with an activation', () => {
  const hall = useHall(EMBEDDED);

  type Activated = Customer & { readonly tokens?: TokenSet };
  const activate = (person: Person, code: string, query = '?tokens=true'): Promise<Reply<Activated>> =>
    hall.request('POST', `/v1/registrations/activate${query}`, { basic: basicOf(person), json: { code } });
  const tokensOf = ({ json }: Reply<Activated>): TokenSet => {
    if (!json.tokens) throw new Error('no tokens');
    return json.tokens;
  };

  it('save the client a login: the customer as ever, and a session of his own beside him', async () => {
    const { person, code } = await hall.pending();
    const reply = await activate(person, code);
    const { tokens, ...customer } = reply.json;
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'customer', expires_in: expect.any(Number) });
    expect((await hall.me(tokensOf(reply).access_token)).json).toEqual(customer);
    const { json: next } = await refresh(hall, tokensOf(reply));
    expect(await me(hall, next)).toBe(200);
    expect((await logIn(hall, person)).refresh_token).not.toBe(tokens?.refresh_token);
  });

  it('a lost answer may be repeated within its minute: another session, nothing announced twice', async () => {
    const { person, code } = await hall.pending();
    const [first, second] = [await activate(person, code), await activate(person, code)];
    expect([first.status, second.status, second.json.id]).toEqual([200, 200, first.json.id]);
    expect(tokensOf(second).refresh_token).not.toBe(tokensOf(first).refresh_token);
    expect([await me(hall, tokensOf(first)), await me(hall, tokensOf(second))]).toEqual([200, 200]);
    const third = await hall.activate(person, code);
    expect([third.status, 'tokens' in third.json]).toEqual([200, false]);
  });

  it('AC-18 AC-21 nobody gets any without the code', async () => {
    const { person, code } = await hall.pending();
    const wrong = await activate(person, wrongCode(code));
    expect([wrong.status, 'tokens' in wrong.json]).toEqual([400, false]);
    const stranger = await activate({ ...person, password: 'not the password of it' }, code);
    expect([stranger.status, 'tokens' in stranger.json]).toEqual([401, false]);
    expect((await activate(person, code)).status).toBe(200);
  });

  it('are asked for with true or not at all', async () => {
    const { person, code } = await hall.pending();
    for (const query of [
      '?tokens=1',
      '?tokens=TRUE',
      '?tokens=',
      '?tokens',
      '?tokens=true&tokens=true',
      '?tokens[]=true',
      '?token=true',
    ])
      expect([query, (await activate(person, code, query)).status]).toEqual([query, 422]);
    const { json, status } = await activate(person, code, '?tokens=false');
    expect([status, 'tokens' in json]).toEqual([200, false]);
    expect((await activate(person, code)).status).toBe(200);
  });
});
