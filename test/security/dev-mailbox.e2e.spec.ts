import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestPasswordReset, requestResetCode, resetPassword, toComparableReply } from '../support/auth-requests.js';
import { EMBEDDED } from '../support/backends.js';
import { type Reply, send } from '../support/http-message.js';
import { type Program, runProgram, startProgram } from '../support/program.js';
import { freshEmail, freshPhone, newRegistration } from '../support/registration-fixtures.js';
import { type SmsSink, startSmsSink } from '../support/sms-sink.js';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.js';
import { createAdministrator, createUserWithRoles, type SignedInUser } from '../support/staff-fixtures.js';
import { useTestApp } from '../support/test-app.js';
import { FORWARD_CLIENT_ADDRESS, type ReverseProxy, startReverseProxy } from './reverse-proxy.js';

const PUBLIC_URL = 'https://foyer.example.com';
const FIRST_ADMIN = 'admin@foyer.localhost';
const NEW = 'another horse, another staple';
const PAGES = ['/dev/messages', '/dev/mailbox'];

interface Problem {
  readonly code?: string;
}

const outcomeOf = ({ status, json }: Reply<unknown>): string =>
  `${status} ${(json as Problem | undefined)?.code ?? ''}`;

/** The raw request of somebody who writes headers by hand. */
const get = (program: Program, page: string, headers: readonly string[], version = '1.1'): Promise<Reply> =>
  program.rawRequest(`GET ${page} HTTP/${version}\r\n${headers.join('\r\n')}\r\nConnection: close\r\n\r\n`);

/** Everything that ever went into the dev mailbox of the program. */
function mailboxFileOf(program: Program): string {
  const file = path.join(program.env['DATA_DIR'] ?? '', 'mailbox.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Waits until so many messages of the channel have been dealt with. */
const waitForHandledMessages = (program: Program, channel: string, count: number) =>
  expect
    .poll(async () => (await program.request('GET', '/metrics')).text, { timeout: 10_000 })
    .toContain(`messages_total{channel="${channel}",outcome="refused"} ${count}`);

describe('an embedded default behind a proxy of the same machine, with its public URL', () => {
  let program: Program;
  let proxy: ReverseProxy;
  beforeAll(async () => {
    program = await startProgram({ env: { PUBLIC_URL, BCRYPT_COST: '4' } });
    proxy = await startReverseProxy(program.url);
  });
  afterAll(() => Promise.all([program?.dispose(), proxy?.close()]));

  it.each(PAGES)('has no %s, neither for strangers nor on the machine itself [AC-61]', async (page) => {
    const through = { headers: { host: 'foyer.example.com' } };
    expect((await send(proxy.url + page, 'GET', through)).status).toBe(404);
    expect((await send(proxy.url + page, 'GET')).status).toBe(404);
    expect((await get(program, page, ['Host: 127.0.0.1'])).status).toBe(404);
  });

  it('refuses a registration of a phone number or an address that no message can reach [AC-61]', async () => {
    for (const json of [newRegistration({ phone: freshPhone() }), newRegistration()]) {
      const reply = await send(`${proxy.url}/v1/registrations`, 'POST', { json });
      expect(outcomeOf(reply)).toBe('422 registration.channel_unavailable');
    }
  });

  it('gives nobody the password of the first administrator, and tells them from nobody by no answer [AC-61]', async () => {
    const outside = { request: <T>(method: string, target: string, o = {}) => send<T>(proxy.url + target, method, o) };
    const nobody = freshEmail();
    const asked = [await requestPasswordReset(outside, FIRST_ADMIN), await requestPasswordReset(outside, nobody)];
    expect(asked.map(({ status }) => status)).toEqual([202, 202]);
    await waitForHandledMessages(program, 'email', 2);
    const tried = [
      await resetPassword(outside, FIRST_ADMIN, '00000000', NEW),
      await resetPassword(outside, nobody, '00000000', NEW),
    ];
    const shown = tried.map(({ status, json }) => ({ status, ...json, instance: null, traceId: null }));
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]).toMatchObject({ status: 400, attemptsRemaining: 2 });
    expect(mailboxFileOf(program)).toBe('');
  });

  it('says at its start which settings are missing, one line for each channel [AC-61]', () => {
    const warnings = program.logs().filter(({ level, settings }) => level === 'warn' && settings !== undefined);
    expect(warnings.map(({ channel, settings }) => [channel, settings])).toEqual([
      ['email', ['SMTP_URL', 'MAIL_API_URL']],
      ['sms', ['SMS_API_URL']],
    ]);
    for (const { msg } of warnings)
      expect(msg).toMatch(/^No transport for (e-mail|SMS): set (SMTP_URL or MAIL_API|SMS_API)_URL/);
  });
});

describe('an embedded default behind a proxy whose public URL nobody has set', () => {
  const app = useTestApp(EMBEDDED);

  it('shows its mailbox to the machine itself, and to no call that came through the proxy [AC-61]', async () => {
    const { person } = await app.createPendingRegistration(newRegistration({ phone: freshPhone() }));
    const proxy = await startReverseProxy(app.program.url);
    const target = `/dev/messages?to=${encodeURIComponent(person.phone ?? '')}`;
    for (const host of ['foyer.example.com', 'localhost', '127.0.0.1', new URL(proxy.url).host]) {
      const headers = { host };
      const reply = await send<Problem>(proxy.url + target, 'GET', { headers });
      expect(outcomeOf(reply)).toBe('403 dev.host_not_allowed');
      expect(outcomeOf(await send(`${proxy.url}/dev/mailbox`, 'GET', { headers }))).toBe('403 dev.host_not_allowed');
    }
    await proxy.close();
  });

  const FORWARDED = [
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-Host: localhost',
    'X-Forwarded-Proto: http',
    'X-Forwarded-Port: 80',
    'X-Forwarded-Server: proxy',
    'Forwarded: for=127.0.0.1;host=localhost',
    'X-Real-IP: 127.0.0.1',
    'Via: 1.1 proxy',
    'X-Client-IP: 127.0.0.1',
    'True-Client-IP: 127.0.0.1',
    'CF-Connecting-IP: 127.0.0.1',
    'X-Forwarded-For:',
  ];
  it.each(FORWARDED)('refuses a call with "%s" [AC-61]', async (header) => {
    for (const page of PAGES)
      expect(outcomeOf(await get(app.program, page, ['Host: 127.0.0.1', header]))).toBe('403 dev.host_not_allowed');
  });

  it('refuses HTTP/1.0, which some proxies speak without a word of whom they ask for [AC-61]', async () => {
    for (const page of PAGES) {
      expect(outcomeOf(await get(app.program, page, ['Host: 127.0.0.1'], '1.0'))).toBe('403 dev.host_not_allowed');
      expect((await get(app.program, page, ['Host: 127.0.0.1'])).status).toBe(200);
    }
  });

  it('refuses a forwarded loopback address of a proxy that is trusted [AC-61]', async () => {
    const program = await startProgram({ env: { TRUST_PROXY: '127.0.0.0/8' } });
    for (const address of ['198.51.100.7', '127.0.0.1', '::1'])
      expect((await get(program, '/dev/messages', ['Host: localhost', `X-Forwarded-For: ${address}`])).status).toBe(
        403,
      );
    expect((await get(program, '/dev/messages', ['Host: localhost'])).status).toBe(200);
    await program.dispose();
  });

  it('does not start with a mailbox on an address that other machines reach [AC-61]', async () => {
    const env = { HOST: '0.0.0.0', PUBLIC_URL: 'http://127.0.0.1:3000' };
    const { code, output } = await runProgram({ env });
    expect([code, output.includes('DEV_MAILBOX=public')]).toEqual([1, true]);
  });
});

describe('any transport that is configured', () => {
  let mail: SmtpSink;
  let sms: SmsSink;
  beforeAll(async () => {
    [mail, sms] = await Promise.all([startSmtpSink(), startSmsSink()]);
  });
  afterAll(() => Promise.all([mail?.stop(), sms?.stop()]));

  it.each(['SMTP_URL', 'SMS_API_URL'] as const)(
    'switches the mailbox off for the other channel: %s [AC-61]',
    async (one) => {
      const [byMail, bySms] = [newRegistration(), newRegistration({ phone: freshPhone() })];
      const [served, unserved] = one === 'SMTP_URL' ? [byMail, bySms] : [bySms, byMail];
      const env: Readonly<Record<string, string>> =
        one === 'SMTP_URL' ? { SMTP_URL: mail.url } : { SMS_API_URL: sms.url, SMS_API_TOKEN: sms.token };
      const program = await startProgram({ env });
      const register = (json: object) => program.request('POST', '/v1/registrations', { json });
      expect((await register(served)).status).toBe(201);
      expect(outcomeOf(await register(unserved))).toBe('422 registration.channel_unavailable');
      for (const page of PAGES) expect((await get(program, page, ['Host: 127.0.0.1'])).status).toBe(404);
      expect(mailboxFileOf(program)).toBe('');
      await program.dispose();
    },
  );

  it('leaves the other channel its mailbox with DEV_MAILBOX=public [AC-61]', async () => {
    const program = await startProgram({ env: { SMTP_URL: mail.url, DEV_MAILBOX: 'public' } });
    const person = newRegistration({ phone: freshPhone() });
    expect((await program.request('POST', '/v1/registrations', { json: person })).status).toBe(201);
    await expect.poll(() => mailboxFileOf(program), { timeout: 10_000 }).toContain(person.phone);
    await program.dispose();
  });
});

describe('a dev mailbox that is meant to be read by others', () => {
  const app = useTestApp(EMBEDDED, { PUBLIC_URL, DEV_MAILBOX: 'public' });
  let proxy: ReverseProxy;
  let [admin, clerk, mia]: SignedInUser[] = [];
  beforeAll(async () => {
    proxy = await startReverseProxy(app.program.url, (headers, peer) => ({
      ...FORWARD_CLIENT_ADDRESS(headers, peer),
      host: 'foyer.example.com',
    }));
    admin = await createAdministrator(app);
    [clerk, mia] = [
      await createUserWithRoles(app, admin, ['customer', 'staff']),
      await createUserWithRoles(app, admin, ['customer']),
    ];
  });
  afterAll(() => proxy?.close());

  it('answers through the proxy, and says at its start that it does [AC-61]', async () => {
    for (const page of PAGES) expect((await send(proxy.url + page, 'GET')).status).toBe(200);
    const warned = app.program.logs().filter(({ level, setting }) => level === 'warn' && setting === 'DEV_MAILBOX');
    expect(warned).toHaveLength(1);
  });

  it('gets the reset codes of customers [AC-61]', async () => {
    expect(await requestResetCode(app, mia?.email ?? '')).toMatch(/^\d{8}$/);
  });

  it('gets no reset code of an administrator or of staff, and no answer tells it [AC-61]', async () => {
    const nobody = freshEmail();
    const privileged = [FIRST_ADMIN, admin?.email ?? '', clerk?.email ?? ''];
    const before = mailboxFileOf(app.program);
    const answers = [];
    for (const username of [nobody, ...privileged])
      answers.push(toComparableReply(await requestPasswordReset(app, username)));
    // A later message has arrived: those before it have been dealt with.
    await app.waitForQueuedMessages();
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const since = mailboxFileOf(app.program).slice(before.length);
    for (const username of privileged) expect(since).not.toContain(username);
    const outcomes = [];
    for (const username of [nobody, ...privileged]) {
      const tries = [];
      for (const code of ['00000000', '00000001', '00000002', '00000003']) {
        const reply = await resetPassword(app, username, code, NEW);
        tries.push([outcomeOf(reply), reply.json.attemptsRemaining]);
      }
      outcomes.push(tries);
    }
    expect(outcomes[0]).toEqual([
      ['400 auth.code_wrong', 2],
      ['400 auth.code_wrong', 1],
      ['400 auth.code_wrong', 0],
      ['410 auth.code_expired', undefined],
    ]);
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });
});
