import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from '../support/backends.js';
import { forwardedFor, TRUSTED_PROXY_SETTINGS } from '../support/forwarded-for.js';
import { parseProblem, statusAndCode } from '../support/problem-catalog.js';
import { freshPhone, identifierOf, newRegistration, withPassword } from '../support/registration-fixtures.js';
import { useTestApp } from '../support/test-app.js';

const PASSWORD = 'a good password';

describe.each(BACKENDS)('the SMS of one source, on $name', (backend) => {
  const app = useTestApp(backend, {
    ...TRUSTED_PROXY_SETTINGS,
    LIMIT_SMS_PER_SOURCE: '2',
    TRUSTED_SOURCES: '203.0.113.0/24',
  });
  const registerFrom = (source: string, person = newRegistration({ phone: freshPhone() })) =>
    app.register(person, forwardedFor(source));

  it('are a share: beyond it that source is told to wait, and others get theirs [AC-72]', async () => {
    for (const _ of [1, 2]) expect((await registerFrom('192.0.2.1')).status).toBe(201);
    const refused = await registerFrom('192.0.2.1');
    expect(statusAndCode(refused)).toBe('429 request.too_many');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await registerFrom('192.0.2.2')).status).toBe(201);
    expect((await registerFrom('192.0.2.1', newRegistration())).status, 'a mail').toBe(201);
  });

  it('are not limited for a trusted source [AC-72]', async () => {
    for (let n = 0; n < 4; n++) expect((await registerFrom('203.0.113.5')).status).toBe(201);
  });

  it('are charged for the number of a customer as for any other, so that nothing is told by them [AC-72]', async () => {
    const { person } = await app.createCustomer(newRegistration({ phone: freshPhone() }));
    const statuses: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      await app.instance.wipeAttempts();
      for (const _ of [1, 2])
        await registerFrom('192.0.2.9', n === 0 ? newRegistration({ phone: freshPhone() }) : withPassword(person));
      statuses.push(statusAndCode(await registerFrom('192.0.2.9')));
    }
    expect(new Set(statuses)).toEqual(new Set(['429 request.too_many']));
  });
});

describe('numbers that cost more', () => {
  const app = useTestApp(EMBEDDED, { SMS_COUNTRIES: 'US,BR,GB' });

  it.each([
    ['premium rate', '+1 900 555 1234'],
    ['freephone', '+1 800 555 1234'],
    ['personal', '+44 7012 345678'],
    ['pager', '+44 7640 123456'],
    ['premium rate abroad', '+44 871 234 5678'],
    ['satellite', '+870 773 111 632'],
    ['satellite', '+8816 1234 5678'],
    ['international shared cost', '+808 1234 5678'],
  ])('are refused: %s [AC-72]', async (_, phone) => {
    const refused = await app.register({ phone, password: PASSWORD });
    expect(statusAndCode(refused)).toBe('422 request.invalid');
    expect(parseProblem(refused).errors).toMatchObject([
      { pointer: '/phone', code: expect.stringMatching(/^phone\.(special_number|country_not_served)$/) },
    ]);
  });
});

describe.each(BACKENDS)('messages to one identifier, on $name', (backend) => {
  const app = useTestApp(backend, TRUSTED_PROXY_SETTINGS);

  it('are given out by the hour: ten sources at once get six, for a reset and for a registration [AC-66]', async () => {
    const { person } = await app.createCustomer();
    const name = identifierOf(person);
    const stranger = newRegistration();
    for (let n = 0; n < 30; n++) {
      const source = forwardedFor(`198.51.100.${1 + (n % 10)}`);
      const asked = await app.request('POST', '/v1/auth/password/forgot', { json: { username: name }, ...source });
      expect(asked.status).toBe(202);
      expect((await app.register(withPassword(stranger), source)).status).toBe(201);
    }
    await app.waitForQueuedMessages();
    // The customer's own code was the first.
    expect(await app.instance.listMessagesTo(name)).toHaveLength(1 + 6);
    expect(await app.instance.listMessagesTo(identifierOf(stranger))).toHaveLength(6);
  });
});
