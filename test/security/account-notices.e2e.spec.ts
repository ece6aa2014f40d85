import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changePassword,
  fetchMeStatus,
  logIn,
  requestResetCode,
  resetPassword,
  type TokenResponse,
} from '../support/auth-requests.js';
import { SERVICES } from '../support/backends.js';
import { signInExternally } from '../support/external-sign-in.js';
import { type IdentityServer, startIdentityServer, trustIssuers } from '../support/identity-server.js';
import {
  freshEmail,
  freshPhone,
  identifierOf,
  newRegistration,
  type RegistrationInput,
} from '../support/registration-fixtures.js';
import { createAdministrator, type SignedInUser } from '../support/staff-fixtures.js';
import { TestApp } from '../support/test-app.js';

const NEW = 'another horse, another staple';

let server: IdentityServer;
let admin: SignedInUser;
const app = new TestApp();
beforeAll(async () => {
  server = await startIdentityServer();
  await app.attach(await SERVICES.start({ OAUTH_ISSUERS: trustIssuers(server) }));
  admin = await createAdministrator(app);
}, 120_000);
afterAll(async () => {
  await app.close();
  await server?.stop();
});

const ask = <T = unknown>({ access_token: bearer }: TokenResponse, method: string, path: string, json?: object) =>
  app.request<T>(method, path, { bearer, ...(json && { json }) });
const allTextsTo = async (to: string) => (await app.instance.listMessagesTo(to)).map(({ text }) => text);
/** Waits for a message with these words. */
const hasReceived = (to: string, words: string) =>
  expect.poll(async () => (await allTextsTo(to)).filter((text) => text.includes(words)).length, { timeout: 5_000 });

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
      const { person } = await app.createCustomer(newRegistration({ locale }));
      const to = identifierOf(person);
      const tokens = await logIn(app, person);
      const token = (await signInExternally(server, randomUUID())).accessToken;
      const link = await ask<{ id: string }>(tokens, 'POST', '/v1/auth/links', { token });
      expect(link.status, link.text).toBe(201);
      await hasReceived(to, added).toBe(1);
      expect((await ask(tokens, 'POST', '/v1/auth/links', { token })).status).toBe(201);
      expect((await ask(tokens, 'DELETE', `/v1/auth/links/${link.json.id}`)).status).toBe(204);
      await hasReceived(to, removed).toBe(1);
      expect((await changePassword(app, tokens, person.password, NEW)).status).toBe(204);
      await hasReceived(to, changed).toBe(1);
      expect((await ask(tokens, 'POST', '/v1/auth/logout', { scope: 'all' })).status).toBe(204);
      await hasReceived(to, ended).toBe(1);
      await hasReceived(to, added).toBe(1);
    },
  );

  it('is told at every identifier that is proven, and of a reset as of a change [AC-70]', async () => {
    const [email, phone] = [freshEmail(), freshPhone()];
    const { status } = await app.request('POST', '/v1/customers', { bearer: admin.bearer, json: { email, phone } });
    expect(status).toBe(201);
    expect((await resetPassword(app, email, await requestResetCode(app, email), NEW)).status).toBe(204);
    for (const to of [email, phone]) await hasReceived(to, 'Your password was changed').toBe(1);
    for (const to of [email, phone]) for (const text of await allTextsTo(to)) expect(text).not.toContain(NEW);
  });

  it('is not told of a sign-out of one session, nor of a wrong password [AC-70]', async () => {
    const { person } = await app.createCustomer();
    const tokens = await logIn(app, person);
    const before = (await allTextsTo(identifierOf(person))).length;
    expect((await changePassword(app, tokens, 'wrong', NEW)).status).toBe(400);
    expect((await ask(tokens, 'POST', '/v1/auth/logout')).status).toBe(204);
    await app.waitForQueuedMessages();
    expect(await allTextsTo(identifierOf(person))).toHaveLength(before);
  });

  it('is signed out all the same when no message can be sent [AC-70]', async () => {
    const { person } = await app.createCustomer();
    const tokens = await logIn(app, person);
    app.services.mail.setBehaviour({ refuse: 550 });
    try {
      expect((await ask(tokens, 'POST', '/v1/auth/logout', { scope: 'all' })).status).toBe(204);
      expect(await fetchMeStatus(app, tokens)).toBe(401);
    } finally {
      app.services.mail.setBehaviour({});
    }
  });

  it('gets no more than LIMIT_SENDS_PER_IDENTIFIER of them a day [AC-70]', async () => {
    const few = new TestApp();
    await few.attach(await SERVICES.start({ LIMIT_SENDS_PER_IDENTIFIER: '2' }));
    try {
      const { person } = await few.createCustomer();
      const count = async () => (await few.instance.listMessagesTo(identifierOf(person))).length;
      const before = await count();
      for (let n = 0; n < 4; n++) {
        const { access_token: bearer } = await logIn(few, person as RegistrationInput);
        await few.request('POST', '/v1/auth/logout', { bearer, json: { scope: 'all' } });
      }
      await few.waitForQueuedMessages();
      expect((await count()) - before).toBe(2);
    } finally {
      await few.close();
    }
  });
});
