import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { findDistinguishableAnswers } from '../../support/enumeration-check.js';
import { parseProblem, statusAndCode } from '../../support/problem-catalog.js';
import { identifierOf, newRegistration, withPassword } from '../../support/registration-fixtures.js';
import { extractCode, useTestApp } from '../../support/test-app.js';

describe.each(BACKENDS)('the identifier of a customer on $name', (backend) => {
  const app = useTestApp(backend);

  it('AC-26 is answered as a new and a pending one: status, headers and body, to the byte', async () => {
    expect(await findDistinguishableAnswers(app)).toEqual([]);
  });

  it('has the id of before, also in mine, and never that of the customer [AC-63]', async () => {
    const { person, ticket, customer } = await app.createCustomer();
    const decoy = withPassword(person);
    expect((await app.register(decoy)).json.id).toBe(ticket.id);
    expect((await app.getMyRegistration(decoy)).json).toMatchObject({
      id: ticket.id,
      state: 'pending',
      channel: 'email',
    });
    expect(customer.id).not.toBe(ticket.id);
  });

  it('gets a code nobody can match: 400 three times, then 410, never 200', async () => {
    const { person } = await app.createCustomer();
    const decoy = withPassword(person);
    await app.captureMessage(identifierOf(person), () => app.register(decoy));
    const { json } = await app.getMyRegistration(decoy);
    expect([json.attemptsRemaining, json.codeExpiresAt === null]).toEqual([3, false]);
    for (const attemptsRemaining of [2, 1, 0]) {
      const reply = await app.activate(decoy, `000${attemptsRemaining}`);
      expect([statusAndCode(reply), parseProblem(reply).attemptsRemaining]).toEqual([
        '400 registration.code_wrong',
        attemptsRemaining,
      ]);
    }
    expect(statusAndCode(await app.activate(decoy, '0003'))).toBe('410 registration.code_expired');
    expect(statusAndCode(await app.resendCode(decoy))).toBe('429 registration.resend_too_early');
    expect((await app.logIn(decoy)).status).toBe(401);
    expect((await app.logIn(person)).status).toBe(200);
  });

  it('is not opened by a code that its owner has had', async () => {
    const { person, code } = await app.createCustomer();
    const decoy = withPassword(person);
    await app.register(decoy);
    expect(statusAndCode(await app.activate(decoy, code))).toMatch(/^4(00|10) /);
    expect((await app.logIn(person)).status).toBe(200);
  });

  it('tells its owner, once a day, however many try', async () => {
    const { person } = await app.createCustomer();
    const { message } = await app.captureMessage(identifierOf(person), () => app.register(withPassword(person)));
    expect(extractCode(message)).toBe('');
    expect(`${message.subject} ${message.text}`).toMatch(/already have an account/i);
    await app.register(withPassword(person));
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(identifierOf(person))).toHaveLength(2);
  });

  it('no message before proof carries a text that a stranger typed', async () => {
    const { person } = await app.createCustomer();
    const words = { firstName: 'Visit evil.example', lastName: 'Now', locale: 'en-XX' };
    const notice = await app.captureMessage(identifierOf(person), () =>
      app.register({ ...withPassword(person), ...words }),
    );
    const code = await app.createPendingRegistration(newRegistration(words));
    for (const { message } of [notice, code]) {
      expect(`${message.subject} ${message.text}`).not.toMatch(/evil|Now|en-XX/);
    }
  });

  it("the customer's own password is 401 on these routes, unless an attempt has it: no oracle, no login", async () => {
    const { person } = await app.createCustomer();
    await app.instance.wipeAttempts(); // the receipt of the activation, which has that password, goes with it
    for (const reply of [
      await app.getMyRegistration(person),
      await app.activate(person, '0420'),
      await app.resendCode(person),
    ])
      expect(statusAndCode(reply)).toBe('401 auth.invalid_credentials');
    const decoy = withPassword(person);
    await app.register(decoy);
    expect((await app.getMyRegistration(decoy)).json.state).toBe('pending');
    expect((await app.logIn(person)).status).toBe(200);
    expect((await app.logIn(decoy)).status).toBe(401);
  });

  it('REGISTRATION_DISCLOSURE=reveal: 409, and 201 for everybody else', async () => {
    const { person, customer } = await app.createCustomer();
    await app.program.restart({ REGISTRATION_DISCLOSURE: 'reveal' });
    expect(statusAndCode(await app.register(withPassword(person)))).toBe('409 registration.identifier_taken');
    expect((await app.register(newRegistration())).status).toBe(201);
    const { json } = await app.logIn(person);
    expect((await app.getMe(json.access_token)).json).toEqual(customer);
  });
});
