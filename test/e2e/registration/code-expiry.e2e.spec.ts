import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from '../../support/backends.js';
import { statusAndCode } from '../../support/problem-catalog.js';
import {
  freshPhone,
  identifierOf,
  newRegistration,
  withPassword,
  wrongCode,
} from '../../support/registration-fixtures.js';
import { type PendingRegistration, useTestApp } from '../../support/test-app.js';

const LIFE_MS = 3_000;
/** Sources are not trusted here, so that limits per source hold. */
const SHORT = { CODE_TTL_SECONDS: String(LIFE_MS / 1000), TRUSTED_SOURCES: '' };

/** Waits until so many ms have passed since the message was accepted. */
const untilAge = ({ message }: PendingRegistration, ms: number): Promise<void> =>
  sleep(Math.max(0, message.acceptedAt + ms - Date.now()));

describe.each(BACKENDS)('the life of a code on $name', (backend) => {
  const app = useTestApp(backend, SHORT);

  it.concurrent('AC-12 is over when its time is: taken just before, 410 just after, right or wrong', async () => {
    const [soon, late] = await Promise.all([app.createPendingRegistration(), app.createPendingRegistration()]);
    expect(soon.ticket.codeExpiresIn).toBe(LIFE_MS / 1000);
    expect((await app.getMyRegistration(late.person)).json).toMatchObject({ attemptsRemaining: 3, codeExpiresAt: /./ });
    await untilAge(soon, LIFE_MS - 900);
    expect((await app.activate(soon.person, soon.code)).status).toBe(200);
    await untilAge(late, LIFE_MS + 150);
    expect(statusAndCode(await app.activate(late.person, late.code))).toBe('410 registration.code_expired');
    expect(statusAndCode(await app.activate(late.person, wrongCode(late.code)))).toBe('410 registration.code_expired');
    const { json } = await app.getMyRegistration(late.person);
    expect(json).toMatchObject({ state: 'pending', codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it.concurrent('AC-26 is over for the identifier of a customer as for any other', async () => {
    const { person } = await app.createCustomer();
    const decoy = withPassword(person);
    const { message } = await app.captureMessage(identifierOf(person), () => app.register(decoy));
    expect(statusAndCode(await app.activate(decoy, '0420'))).toBe('400 registration.code_wrong');
    await sleep(Math.max(0, message.acceptedAt + LIFE_MS + 150 - Date.now()));
    expect(statusAndCode(await app.activate(decoy, '0420'))).toBe('410 registration.code_expired');
    expect((await app.getMyRegistration(decoy)).json).toMatchObject({ codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it.concurrent('a receipt outlives the code: the activation can be repeated after it', async () => {
    const { person, code, text, message } = await app.createCustomer();
    await sleep(Math.max(0, message.acceptedAt + LIFE_MS + 150 - Date.now()));
    const again = await app.activate(person, code);
    expect([again.status, again.text]).toEqual([200, text]);
  });

  it.concurrent('three attempts of an identifier live side by side; a fourth waits until a code is dead, and is answered alike', async () => {
    const first = await app.createPendingRegistration();
    const others = [
      await app.createPendingRegistration(withPassword(first.person)),
      await app.createPendingRegistration(withPassword(first.person)),
    ];
    const fourth = withPassword(first.person);
    const refused = await app.register(fourth);
    expect([refused.status, Object.keys(refused.json)]).toEqual([201, Object.keys(first.ticket)]);
    expect(refused.json.id).toBe(first.ticket.id);
    expect(statusAndCode(await app.getMyRegistration(fourth))).toBe('401 auth.invalid_credentials');
    for (const { person } of [first, ...others]) expect((await app.getMyRegistration(person)).status).toBe(200);
    await untilAge(first, LIFE_MS + 150);
    expect((await app.register(fourth)).status).toBe(201);
    expect((await app.getMyRegistration(fourth)).status).toBe(200);
    expect((await app.getMyRegistration(first.person)).status).toBe(401);
    for (const { person } of others) expect((await app.getMyRegistration(person)).status).toBe(200);
  });

  // the dev mailbox is never slow
  if (backend === EMBEDDED) return;
  it('begins when a slow mail server, or a slow SMS gateway, has accepted the message', async () => {
    for (const sink of [app.services.mail, app.services.sms]) sink.setBehaviour({ delayMs: LIFE_MS / 2 }, 1);
    const people = [newRegistration(), newRegistration({ phone: freshPhone() })].map(async (person) => {
      const asked = Date.now();
      const pending = await app.createPendingRegistration(person);
      expect(pending.message.acceptedAt - asked).toBeGreaterThan(LIFE_MS / 2 - 50);
      await untilAge(pending, LIFE_MS - 900);
      return (await app.activate(person, pending.code)).status;
    });
    expect(await Promise.all(people)).toEqual([200, 200]);
  });
});
