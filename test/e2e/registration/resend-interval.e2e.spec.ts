import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import type { Reply } from '../../support/http-message.js';
import { statusAndCode } from '../../support/problem-catalog.js';
import { identifierOf, type RegistrationInput, withPassword } from '../../support/registration-fixtures.js';
import {
  type CustomerResponse,
  type PendingRegistration,
  type RegistrationResponse,
  TestApp,
} from '../../support/test-app.js';

/** Codes outlive the minute that lies between two of them, and no two are alike by chance. */
const LONG_CODES = { CODE_TTL_SECONDS: '300', CODE_LENGTH: '8' };
const MINUTE_MS = 60_000;
/** A code that was replaced is unknown, or a wrong one. */
const REFUSED = /^(400 registration\.code_wrong|410 registration\.code_expired)$/;

/** What happened a minute ago. */
interface Before {
  readonly active: PendingRegistration & { readonly text: string };
  /** Its activation once more, shortly before the minute was over. */
  readonly repeated: Reply<CustomerResponse>;
  readonly waiting: PendingRegistration;
  readonly early: Reply<RegistrationResponse>;
  readonly twice: PendingRegistration;
  readonly owner: RegistrationInput;
  readonly decoy: RegistrationInput;
  readonly attackerFirst: readonly [attacker: PendingRegistration, victim: PendingRegistration];
  readonly victimFirst: readonly [victim: PendingRegistration, attacker: PendingRegistration];
}

const places = BACKENDS.map((backend) => ({ name: backend.name, backend, app: new TestApp(), before: {} as Before }));

async function happen(app: TestApp): Promise<Before> {
  const waiting = await app.createPendingRegistration();
  const early = await app.resendCode(waiting.person);
  const twice = await app.createPendingRegistration();
  const { person: owner } = await app.createCustomer();
  const decoy = withPassword(owner);
  await app.captureMessage(identifierOf(owner), () => app.register(decoy));
  const [attackerFirst, victimFirst] = [await sideBySide(app), await sideBySide(app)];
  const active = await app.createCustomer();
  const activatedAt = Date.now();
  await sleep(MINUTE_MS - 5_000);
  const repeated = await app.activate(active.person, active.code);
  await sleep(Math.max(0, activatedAt + MINUTE_MS + 500 - Date.now()));
  return { waiting, early, twice, owner, decoy, attackerFirst, victimFirst, active, repeated };
}

async function sideBySide(app: TestApp): Promise<readonly [PendingRegistration, PendingRegistration]> {
  const first = await app.createPendingRegistration();
  return [first, await app.createPendingRegistration(withPassword(first.person))];
}

// receipts and resends are measured by a real minute, whatever is set: both backends spend it together
beforeAll(async () => {
  const begun = places.map(async (place) => {
    await place.app.attach(await place.backend.start(LONG_CODES));
    place.before = await happen(place.app);
  });
  await Promise.all(begun);
}, 180_000);
afterAll(() => Promise.all(places.map(({ app }) => app.close())));

describe.each(places)('a minute later on $name', (place) => {
  const { app } = place;

  it('an activation that could be repeated until now is 409, and so is a resend', async () => {
    const { active, repeated } = place.before;
    expect([repeated.status, repeated.text]).toEqual([200, active.text]);
    expect(statusAndCode(await app.activate(active.person, active.code))).toBe('409 registration.already_active');
    expect(statusAndCode(await app.resendCode(active.person))).toBe('409 registration.already_active');
    expect((await app.getMyRegistration(active.person)).json.state).toBe('active');
  });

  it('a resend that was 429 is 200 as register was, and the old code is dead when the new one is there', async () => {
    const { waiting, early } = place.before;
    const { person, ticket } = waiting;
    expect(statusAndCode(early)).toBe('429 registration.resend_too_early');
    const { reply, message, code } = await app.captureMessage(identifierOf(person), () => app.resendCode(person));
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.json)).toEqual(Object.keys(ticket));
    expect(reply.json).toEqual({ ...ticket, reference: reply.json.reference });
    expect(message.text).toContain(reply.json.reference);
    expect(statusAndCode(await app.activate(person, waiting.code))).toMatch(REFUSED);
    expect(statusAndCode(await app.resendCode(person))).toBe('429 registration.resend_too_early');
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('registering again with the same password acts as a resend', async () => {
    const { person, ticket, code: old } = place.before.twice;
    const { reply, code } = await app.captureMessage(identifierOf(person), () => app.register(person));
    expect(reply.status).toBe(201);
    expect(reply.json).toEqual({ ...ticket, reference: reply.json.reference });
    expect(statusAndCode(await app.activate(person, old))).toMatch(REFUSED);
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('the identifier of a customer is resent alike, and its owner is not told twice', async () => {
    const { owner, decoy, waiting } = place.before;
    const reply = await app.resendCode(decoy);
    expect([reply.status, Object.keys(reply.json)]).toEqual([200, Object.keys(waiting.ticket)]);
    expect(statusAndCode(await app.resendCode(decoy))).toBe('429 registration.resend_too_early');
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(identifierOf(owner))).toHaveLength(2);
    expect(statusAndCode(await app.activate(decoy, '12345678'))).toBe('400 registration.code_wrong');
  });

  it.each([
    ['attacker, victim, and again', () => place.before.attackerFirst, 1],
    ['victim, attacker, and again', () => place.before.victimFirst, 0],
  ] as const)('AC-21 with resends in between (%s): only the newest code of the victim counts', async (_, pair, own) => {
    const newest: string[] = [];
    for (const { person } of pair())
      newest.push((await app.captureMessage(identifierOf(person), () => app.resendCode(person))).code);
    const [victim, attacker] = [pair()[own] as PendingRegistration, pair()[1 - own] as PendingRegistration];
    for (const dead of [victim.code, attacker.code])
      expect(statusAndCode(await app.activate(victim.person, dead))).toMatch(REFUSED);
    expect(statusAndCode(await app.activate(attacker.person, newest[own]))).toBe('400 registration.code_wrong');
    expect((await app.activate(victim.person, newest[own])).status).toBe(200);
    for (const reply of [
      await app.getMyRegistration(attacker.person),
      await app.resendCode(attacker.person),
      await app.activate(attacker.person, newest[1 - own]),
      await app.logIn(attacker.person),
    ])
      expect(statusAndCode(reply)).toBe('401 auth.invalid_credentials');
    expect((await app.logIn(victim.person)).status).toBe(200);
  });
});
