import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from '../../support/backends.js';
import { forwardedFor, sourceAddress, TRUSTED_PROXY_SETTINGS } from '../../support/forwarded-for.js';
import { newRegistration } from '../../support/registration-fixtures.js';
import { type PendingRegistration, useTestApp } from '../../support/test-app.js';
import { findLostGuessCountFaults, registerAttempts, useUpTries } from './guess-count-recovery.js';

/** Three guesses that are not the code. */
const wrong = (code: string): string[] => {
  const guess = (n: number) => String((Number(code) + n) % 10 ** code.length).padStart(code.length, '0');
  return [guess(1), guess(2), guess(3)];
};

describe.each(BACKENDS)('guesses at the codes of one identifier, on $name', (backend) => {
  const app = useTestApp(backend, TRUSTED_PROXY_SETTINGS);

  it('INV-02 AC-06 AC-07 are nine at 4-digit codes in a day, whatever attempts and sources they come through', async () => {
    const owner = newRegistration();
    const four = await registerAttempts(app, owner, 4);
    const statuses: number[] = [];
    for (const [n, attempt] of four.entries()) statuses.push(...(await useUpTries(app, attempt, 3 * n)));
    expect(statuses.filter((status) => status === 400)).toHaveLength(9);
    expect(statuses.slice(9)).toEqual([410, 410, 410]);
    const last = four[3] as PendingRegistration;
    expect(
      (await app.activate(last.person, last.code, forwardedFor(sourceAddress(90)))).status,
      'a short code is dead, even the right one',
    ).toBe(410);
  });

  it('INV-02 AC-25 make its next codes longer, survive the loss of the code store, and lock nobody out', async () => {
    expect(await findLostGuessCountFaults(app)).toEqual([]);
  });

  it('AC-25 do not keep a customer out, from wherever and however often somebody tries', async () => {
    const { person: owner } = await app.createCustomer();
    for (let n = 0; n < 8; n++) {
      const decoy = { ...owner, password: `not the owner ${n}` };
      await app.register(decoy, forwardedFor(sourceAddress(20 + n)));
      for (const code of ['0001', '0002', '0003', '0004'])
        await app.activate(decoy, code, forwardedFor(sourceAddress(20 + n)));
    }
    const { status, json } = await app.logIn(owner);
    expect(status).toBe(200);
    expect((await app.getMe(json.access_token)).json['email']).toBe(owner.email);
  });

  it('may be replaced at once when they have become too short', async () => {
    const owner = newRegistration();
    const [first, second, third, victim] = await registerAttempts(app, owner, 4);
    for (const [n, attempt] of [first, second, third].entries())
      await useUpTries(app, attempt as PendingRegistration, 3 * n);
    const { person } = victim as PendingRegistration;
    expect((await app.getMyRegistration(person)).json.codeExpiresAt, 'no live code is shown').toBeNull();
    const { reply, code } = await app.captureMessage(String(owner.email), () =>
      app.resendCode(person, forwardedFor(sourceAddress(210))),
    );
    expect(reply.status, reply.text).toBe(200);
    expect((await app.activate(person, code, forwardedFor(sourceAddress(211)))).status).toBe(200);
  });

  it('do not count when they are right', async () => {
    const owner = newRegistration();
    for (let n = 0; n < 3; n++) {
      const { code } = await app.createPendingRegistration({ ...owner, email: `n${n}.${owner.email}` });
      expect(
        (await app.activate({ ...owner, email: `n${n}.${owner.email}` }, code, forwardedFor(sourceAddress(n)))).status,
      ).toBe(200);
    }
    expect((await app.createPendingRegistration()).ticket.codeLength).toBe(4);
  });
});

describe('the meter of wrong codes of everybody', () => {
  const app = useTestApp(EMBEDDED, { ...TRUSTED_PROXY_SETTINGS, LIMIT_WRONG_CODES_PER_HOUR: '2' });

  it('makes every new code longer', async () => {
    const { person, code, ticket } = await app.createPendingRegistration();
    expect(ticket.codeLength).toBe(4);
    for (const guess of wrong(code).slice(0, 2)) expect((await app.activate(person, guess)).status).toBe(400);
    const next = await app.createPendingRegistration();
    expect(next.ticket.codeLength).toBe(8);
    expect((await app.activate(next.person, next.code)).status).toBe(200);
  });
});
