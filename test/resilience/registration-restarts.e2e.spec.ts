import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from '../support/backends.js';
import { statusAndCode } from '../support/problem-catalog.js';
import { identifierOf, withPassword, wrongCode } from '../support/registration-fixtures.js';
import { useTestApp } from '../support/test-app.js';

const UNKNOWN = '401 auth.invalid_credentials';

describe.each(BACKENDS)('a restart in between on $name', (backend) => {
  const app = useTestApp(backend);

  it('after a clean stop everything is as it was: attempts, tries, codes, receipts, notices, tokens', async () => {
    const waiting = await app.createPendingRegistration();
    const tried = await app.createPendingRegistration();
    await app.activate(tried.person, wrongCode(tried.code));
    const active = await app.createCustomer();
    await app.captureMessage(identifierOf(active.person), () => app.register(withPassword(active.person)));
    const { json } = await app.logIn(active.person);
    const mine = await app.getMyRegistration(waiting.person);

    expect(await app.program.stop()).toBe(0);
    await app.program.start();

    expect((await app.getMyRegistration(waiting.person)).json).toEqual(mine.json);
    expect(statusAndCode(await app.resendCode(waiting.person))).toBe('429 registration.resend_too_early');
    expect((await app.register(waiting.person)).json.attemptId).toBe(waiting.ticket.attemptId);
    expect((await app.activate(waiting.person, waiting.code)).status).toBe(200);
    expect((await app.getMyRegistration(tried.person)).json.attemptsRemaining).toBe(2);
    expect((await app.activate(tried.person, tried.code)).status).toBe(200);
    expect((await app.activate(active.person, active.code)).text).toBe(active.text);
    expect((await app.getMe(json.access_token)).json).toEqual(active.customer);
    await app.register(withPassword(active.person));
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(identifierOf(active.person))).toHaveLength(2);
  });

  it('FM-R4 when the memory of attempts is lost: 401, then the same id again, and customers are customers', async () => {
    const { person, ticket, code } = await app.createPendingRegistration();
    const active = await app.createCustomer();

    await app.instance.wipeAttempts();

    for (const reply of [
      await app.activate(person, code),
      await app.getMyRegistration(person),
      await app.resendCode(person),
    ])
      expect(statusAndCode(reply)).toBe(UNKNOWN);
    expect(statusAndCode(await app.activate(active.person, active.code))).toBe(UNKNOWN);
    expect((await app.logIn(active.person)).status).toBe(200);
    const again = await app.createPendingRegistration(person);
    expect(again.ticket.id).toBe(ticket.id);
    expect(again.ticket.attemptId).not.toBe(ticket.attemptId);
    expect((await app.activate(person, again.code)).status).toBe(200);
    expect((await app.register(active.person)).json.id).toBe(active.ticket.id);
    expect((await app.getMyRegistration(active.person)).json).toMatchObject({ id: active.ticket.id, state: 'pending' });
  });

  if (backend === EMBEDDED) return;

  it('kill -9 loses nothing', async () => {
    const waiting = await app.createPendingRegistration();
    await app.activate(waiting.person, wrongCode(waiting.code));
    const active = await app.createCustomer();

    await app.program.kill();
    await app.program.start();

    expect((await app.getMyRegistration(waiting.person)).json).toMatchObject({
      id: waiting.ticket.id,
      attemptsRemaining: 2,
    });
    expect((await app.activate(waiting.person, waiting.code)).status).toBe(200);
    expect((await app.activate(active.person, active.code)).text).toBe(active.text);
    expect((await app.logIn(active.person)).status).toBe(200);
  });
});
