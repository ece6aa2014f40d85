import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { parseProblem, statusAndCode } from '../../support/problem-catalog.js';
import { basicCredentials, identifierOf, newRegistration, withPassword } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const CORRELATION_ID = /^[A-Za-z0-9._-]{1,64}$/;
const PLAIN = { 'content-type': 'text/plain' };
const JSON_TYPE = { 'content-type': 'application/json' };

describe.each(BACKENDS)('HTTP on $name', (backend) => {
  const app = useTestApp(backend);

  it.each(['status', 'verified', 'id', 'roles', 'createdAt', 'passwordHash', 'toString'])(
    'AC-19 an unknown field (%s) is refused, never ignored',
    async (field) => {
      const { person, code } = await app.createPendingRegistration();
      const [username, { password }] = [identifierOf(person), person];
      for (const reply of [
        await app.register({ ...newRegistration(), [field]: 'active' }),
        await app.activate(person, '', { json: { code, [field]: 'active' } }),
        await app.request('POST', '/v1/auth/login', { json: { username, password, [field]: 'active' } }),
      ]) {
        expect(statusAndCode(reply)).toBe('422 request.invalid');
        expect(parseProblem(reply).errors?.map(({ pointer }) => pointer)).toEqual([`/${field}`]);
      }
    },
  );

  it('an unknown field is refused where no body is needed, too', async () => {
    const { person } = await app.createPendingRegistration();
    expect(statusAndCode(await app.resendCode(person, { json: { force: true } }))).toBe('422 request.invalid');
  });

  it('with and without a trailing slash is the same route', async () => {
    const person = newRegistration();
    const { reply, code } = await app.captureMessage(identifierOf(person), () =>
      app.request<{ id: string }>('POST', '/v1/registrations/', { json: person }),
    );
    expect(reply.status).toBe(201);
    const o = { basic: basicCredentials(person) };
    expect((await app.request('GET', '/v1/registrations/mine/', o)).json).toMatchObject({ id: reply.json.id });
    expect((await app.request('POST', '/v1/registrations/resend-code/', o)).status).toBe(429);
    const activated = await app.request('POST', '/v1/registrations/activate/', { ...o, json: { code } });
    expect(activated.status).toBe(200);
    const { json } = await app.logIn(person);
    const me = await app.request('GET', '/v1/customers/me/', { bearer: json.access_token });
    expect(me.json).toEqual(activated.json);
  });

  it('a correlation id is taken over and echoed, in good answers and bad ones', async () => {
    for (const id of ['a', 'Test_1.2-3', 'x'.repeat(64)]) {
      const headers = { 'x-correlation-id': id };
      for (const reply of [
        await app.register(newRegistration(), { headers }),
        await app.getMyRegistration(newRegistration(), { headers }),
      ])
        expect(reply.headers.get('x-correlation-id')).toBe(id);
    }
  });

  it('a correlation id that is not acceptable, or missing, is replaced', async () => {
    const ids: (string | null)[] = [];
    for (const id of ['', 'x'.repeat(65), 'two words', 'a/b', '{"a":1}', 'é', undefined]) {
      const reply = await app.getMyRegistration(
        newRegistration(),
        id === undefined ? {} : { headers: { 'x-correlation-id': id } },
      );
      ids.push(reply.headers.get('x-correlation-id'));
      expect(ids.at(-1)).toMatch(CORRELATION_ID);
      expect(ids.at(-1)).not.toBe(id);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('me has a strong ETag: 304 when nothing has changed, 200 else', async () => {
    const { person, customer } = await app.createCustomer();
    const { json } = await app.logIn(person);
    const first = await app.getMe(json.access_token);
    const etag = first.headers.get('etag') ?? '';
    expect([first.status, first.json]).toEqual([200, customer]);
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await app.getMe(json.access_token, { headers: { 'if-none-match': etag } });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    const changed = await app.getMe(json.access_token, { headers: { 'if-none-match': '"another"' } });
    expect([changed.status, changed.json]).toEqual([200, customer]);
  });

  it.each([
    ['in a list', (etag: string) => `"another", ${etag}`],
    ['marked as weak by a proxy', (etag: string) => `W/${etag}`],
    ['as a star', () => '*'],
  ])('me is 304 for its ETag %s (RFC 9110, 13.1.2)', async (_, written) => {
    const { person } = await app.createCustomer();
    const { json } = await app.logIn(person);
    const etag = (await app.getMe(json.access_token)).headers.get('etag') ?? '';
    const again = await app.getMe(json.access_token, { headers: { 'if-none-match': written(etag) } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('me is 401 with a Bearer challenge for whoever has no valid token', async () => {
    const { person, ticket } = await app.createCustomer();
    const { json } = await app.logIn(person);
    const forged = `${json.access_token.slice(0, -4)}AAAA`;
    for (const reply of [
      await app.request('GET', '/v1/customers/me'),
      await app.request('GET', '/v1/customers/me', { basic: basicCredentials(person) }),
      await app.getMe(forged),
      await app.getMe(ticket.id),
    ]) {
      expect(statusAndCode(reply)).toBe('401 auth.invalid_credentials');
      expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer realm="foyer"/);
    }
  });

  it('one login answer for an unknown name and a wrong password', async () => {
    const { person } = await app.createCustomer();
    const { person: waiting } = await app.createPendingRegistration();
    const replies = [];
    for (const who of [withPassword(person), newRegistration(), waiting]) replies.push(await app.logIn(who));
    const visible = replies.map((reply) => [
      reply.status,
      reply.headers.get('www-authenticate'),
      reply.text.replace(parseProblem(reply).traceId, ''),
    ]);
    expect(visible).toEqual([visible[0], visible[0], visible[0]]);
    expect(visible[0]?.[0]).toBe(401);
  });

  it.each([
    ['a body that is no JSON', 400, 'POST', '/v1/registrations', { headers: JSON_TYPE, body: '{"email":' }],
    [
      'a name twice',
      400,
      'POST',
      '/v1/registrations',
      { headers: JSON_TYPE, body: '{"email":"a@b.co","email":"b@b.co"}' },
    ],
    ['a body that is no object', 422, 'POST', '/v1/registrations', { json: [] }],
    ['no body', 422, 'POST', '/v1/registrations', {}],
    ['another type', 415, 'POST', '/v1/registrations', { headers: PLAIN, body: '{}' }],
    ['a huge body', 413, 'POST', '/v1/registrations', { json: { email: 'x'.repeat(20_000) } }],
    ['another address', 404, 'GET', '/v1/nothing', {}],
    ['another method', 405, 'DELETE', '/v1/registrations', {}],
  ] as const)('%s is %i, with a code that is listed', async (_, status, method, path, o) => {
    const reply = await app.request(method, path, o);
    expect(reply.status).toBe(status);
    if (status === 405) expect(reply.headers.get('allow')).toContain('POST');
  });

  it('/problems lists every code of registration', async () => {
    const { status, json } = await app.request<{ items: { code: string }[] }>('GET', '/problems');
    expect(status).toBe(200);
    const codes = [
      'already_active',
      'channel_unavailable',
      'code_expired',
      'code_wrong',
      'identifier_taken',
      'in_progress',
    ];
    expect(json.items.map(({ code }) => code)).toEqual(
      expect.arrayContaining(codes.map((code) => `registration.${code}`)),
    );
  });

  it('/health, /health/live and /health/ready are open and well', async () => {
    expect((await app.request('GET', '/health')).json).toMatchObject({ status: 'ok' });
    expect((await app.request('GET', '/health/live')).status).toBe(200);
    const { status, json } = await app.request<{ status: string; dependencies: object }>('GET', '/health/ready');
    expect([status, json.status]).toEqual([200, 'ok']);
    expect(Object.values(json.dependencies)).toContain('ok');
  });

  it('/metrics counts requests by route pattern, and names nobody', async () => {
    const { person } = await app.createCustomer();
    await app.request('GET', `/v1/nothing/${identifierOf(person)}`);
    const { status, headers, text } = await app.request('GET', '/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    expect(text).toMatch(/^request_count_total\{.*route="\/v1\/registrations\/activate\/?".*status="200".*\} [1-9]/m);
    expect(text).toMatch(/^request_latency_seconds_bucket\{/m);
    expect(text).not.toContain(identifierOf(person));
  });

  it.each([
    ['the registration funnel', /registration/],
    ['the depth of the outbox', /^outbox_depth/],
    ['the age of its oldest event', /^outbox_.*age/],
    ['the hash queue', /hash/],
    ['errors of publishers', /publish.*error/],
  ])('/metrics tells %s', async (_, figure) => {
    const { text } = await app.request('GET', '/metrics');
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
    expect(names).toContainEqual(expect.stringMatching(figure));
  });

  it('ST-10 logs one JSON line per answer, with its correlation id, no address and no secret', async () => {
    const headers = { 'x-correlation-id': `log-${newRegistration().email?.slice(0, 8)}` };
    const { person, code } = await app.createPendingRegistration(newRegistration({ password: 'canary: 7f3a9c1e55' }));
    await app.activate(person, code, { headers });
    await app.logIn(person);
    const line = await app.program.waitForLog((one) => Object.values(one).includes(headers['x-correlation-id']));
    expect(Object.values(line)).toEqual(expect.arrayContaining(['POST', 200]));
    await app.waitForQueuedMessages();
    const output = app.program.output();
    const basic = Buffer.from(basicCredentials(person).join(':')).toString('base64');
    for (const canary of [person.password, identifierOf(person), basic]) expect(output).not.toContain(canary);
  });
});
