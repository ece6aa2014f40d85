import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change, codeFor, logIn, me, reset, type TokenSet } from '../auth/door.js';
import { administratorOf, type Signed } from '../customers/staff.js';
import { signInThere } from '../identity/foreign-sign-in.js';
import { type IdentityServer, startIdentityServer, trusting } from '../identity/identity-server.js';
import { SERVICES } from '../registration/backends.js';
import { Hall } from '../registration/hall.js';
import { freshEmail, freshPhone, identifierOf, newcomer, type Person } from '../registration/people.js';

const NEW = 'another horse, another staple';

let server: IdentityServer;
let admin: Signed;
const hall = new Hall();
beforeAll(async () => {
  server = await startIdentityServer();
  await hall.open(await SERVICES.open({ OAUTH_ISSUERS: trusting(server) }));
  admin = await administratorOf(hall);
}, 120_000);
afterAll(async () => {
  await hall.close();
  await server?.stop();
});

const ask = <T = unknown>({ access_token: bearer }: TokenSet, method: string, path: string, json?: object) =>
  hall.request<T>(method, path, { bearer, ...(json && { json }) });
const everyTextTo = async (to: string) => (await hall.house.messagesTo(to)).map(({ text }) => text);
/** Waits for a message with these words. */
const told = (to: string, words: string) =>
  expect.poll(async () => (await everyTextTo(to)).filter((text) => text.includes(words)).length, { timeout: 5_000 });

const WORDS: Readonly<Record<string, readonly [added: string, removed: string, changed: string, ended: string]>> = {
  en: [
    'An external sign-in was added to your account',
    'An external sign-in was removed from your account',
    'Your password was changed',
    'You were signed out on every device',
  ],
  'pt-BR': [
    'Um acesso externo foi adicionado à sua conta',
    'Um acesso externo foi removido da sua conta',
    'Sua senha foi alterada',
    'Você foi desconectado de todos os aparelhos',
  ],
  fr: [
    'Une connexion externe a été ajoutée à votre compte',
    'Une connexion externe a été retirée de votre compte',
    'Votre mot de passe a été modifié',
    'Vous avez été déconnecté de tous vos appareils',
  ],
};

describe('the owner of an account', () => {
  it.each(Object.keys(WORDS))(
    'is told of every new way in and every end of one, in the language of the account: %s [AC-70]',
    async (locale) => {
      const [added = '', removed = '', changed = '', ended = ''] = WORDS[locale] ?? [];
      const { person } = await hall.customer(newcomer({ locale }));
      const to = identifierOf(person);
      const tokens = await logIn(hall, person);
      const token = (await signInThere(server, randomUUID())).accessToken;
      const link = await ask<{ id: string }>(tokens, 'POST', '/v1/auth/links', { token });
      expect(link.status, link.text).toBe(201);
      await told(to, added).toBe(1);
      expect((await ask(tokens, 'POST', '/v1/auth/links', { token })).status).toBe(201);
      expect((await ask(tokens, 'DELETE', `/v1/auth/links/${link.json.id}`)).status).toBe(204);
      await told(to, removed).toBe(1);
      expect((await change(hall, tokens, person.password, NEW)).status).toBe(204);
      await told(to, changed).toBe(1);
      expect((await ask(tokens, 'POST', '/v1/auth/logout', { scope: 'all' })).status).toBe(204);
      await told(to, ended).toBe(1);
      await told(to, added).toBe(1);
    },
  );

  it('is told at every identifier that is proven, and of a reset as of a change [AC-70]', async () => {
    const [email, phone] = [freshEmail(), freshPhone()];
    const { status } = await hall.request('POST', '/v1/customers', { bearer: admin.bearer, json: { email, phone } });
    expect(status).toBe(201);
    expect((await reset(hall, email, await codeFor(hall, email), NEW)).status).toBe(204);
    for (const to of [email, phone]) await told(to, 'Your password was changed').toBe(1);
    for (const to of [email, phone]) for (const text of await everyTextTo(to)) expect(text).not.toContain(NEW);
  });

  it('is not told of a sign-out of one session, nor of a wrong password [AC-70]', async () => {
    const { person } = await hall.customer();
    const tokens = await logIn(hall, person);
    const before = (await everyTextTo(identifierOf(person))).length;
    expect((await change(hall, tokens, 'wrong', NEW)).status).toBe(400);
    expect((await ask(tokens, 'POST', '/v1/auth/logout')).status).toBe(204);
    await hall.quiet();
    expect(await everyTextTo(identifierOf(person))).toHaveLength(before);
  });

  it('is signed out all the same when no message can be sent [AC-70]', async () => {
    const { person } = await hall.customer();
    const tokens = await logIn(hall, person);
    hall.services.mail.behave({ refuse: 550 });
    try {
      expect((await ask(tokens, 'POST', '/v1/auth/logout', { scope: 'all' })).status).toBe(204);
      expect(await me(hall, tokens)).toBe(401);
    } finally {
      hall.services.mail.behave({});
    }
  });

  it('gets no more than LIMIT_SENDS_PER_IDENTIFIER of them a day [AC-70]', async () => {
    const few = new Hall();
    await few.open(await SERVICES.open({ LIMIT_SENDS_PER_IDENTIFIER: '2' }));
    try {
      const { person } = await few.customer();
      const count = async () => (await few.house.messagesTo(identifierOf(person))).length;
      const before = await count();
      for (let n = 0; n < 4; n++) {
        const { access_token: bearer } = await logIn(few, person as Person);
        await few.request('POST', '/v1/auth/logout', { bearer, json: { scope: 'all' } });
      }
      await few.quiet();
      expect((await count()) - before).toBe(2);
    } finally {
      await few.close();
    }
  });
});
