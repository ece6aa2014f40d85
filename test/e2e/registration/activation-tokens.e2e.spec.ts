import { describe, expect, it } from 'vitest';
import { fetchMeStatus, logIn, refreshTokens, type TokenResponse } from '../../support/auth-requests.js';
import { EMBEDDED } from '../../support/backends.js';
import type { Reply } from '../../support/http-message.js';
import { basicCredentials, type RegistrationInput, wrongCode } from '../../support/registration-fixtures.js';
import { type CustomerResponse, useTestApp } from '../../support/test-app.js';

describe('tokens with an activation', () => {
  const app = useTestApp(EMBEDDED);

  type Activated = CustomerResponse & { readonly tokens?: TokenResponse };
  const activate = (person: RegistrationInput, code: string, query = '?tokens=true'): Promise<Reply<Activated>> =>
    app.request('POST', `/v1/registrations/activate${query}`, { basic: basicCredentials(person), json: { code } });
  const tokensOf = ({ json }: Reply<Activated>): TokenResponse => {
    if (!json.tokens) throw new Error('no tokens');
    return json.tokens;
  };

  it('save the client a login: the customer as ever, and a session of his own beside him', async () => {
    const { person, code } = await app.createPendingRegistration();
    const reply = await activate(person, code);
    const { tokens, ...customer } = reply.json;
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'customer', expires_in: expect.any(Number) });
    expect((await app.getMe(tokensOf(reply).access_token)).json).toEqual(customer);
    const { json: next } = await refreshTokens(app, tokensOf(reply));
    expect(await fetchMeStatus(app, next)).toBe(200);
    expect((await logIn(app, person)).refresh_token).not.toBe(tokens?.refresh_token);
  });

  it('a lost answer may be repeated within its minute: another session, nothing announced twice', async () => {
    const { person, code } = await app.createPendingRegistration();
    const [first, second] = [await activate(person, code), await activate(person, code)];
    expect([first.status, second.status, second.json.id]).toEqual([200, 200, first.json.id]);
    expect(tokensOf(second).refresh_token).not.toBe(tokensOf(first).refresh_token);
    expect([await fetchMeStatus(app, tokensOf(first)), await fetchMeStatus(app, tokensOf(second))]).toEqual([200, 200]);
    const third = await app.activate(person, code);
    expect([third.status, 'tokens' in third.json]).toEqual([200, false]);
  });

  it('AC-18 AC-21 nobody gets any without the code', async () => {
    const { person, code } = await app.createPendingRegistration();
    const wrong = await activate(person, wrongCode(code));
    expect([wrong.status, 'tokens' in wrong.json]).toEqual([400, false]);
    const stranger = await activate({ ...person, password: 'not the password of it' }, code);
    expect([stranger.status, 'tokens' in stranger.json]).toEqual([401, false]);
    expect((await activate(person, code)).status).toBe(200);
  });

  it('are asked for with true or not at all', async () => {
    const { person, code } = await app.createPendingRegistration();
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
