import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../support/http-message.js';
import { BACKENDS } from './backends.js';
import { type Customer, Hall, type Pending, type Ticket } from './hall.js';
import { identifierOf, type Person, withPassword } from './people.js';
import { outcomeOf } from './problem-list.js';

/** Codes outlive the minute that lies between two of them, and no two are alike by chance. */
const LONG_CODES = { CODE_TTL_SECONDS: '300', CODE_LENGTH: '8' };
const MINUTE_MS = 60_000;
/** A code that was replaced is unknown, or a wrong one. */
const REFUSED = /^(400 registration\.code_wrong|410 registration\.code_expired)$/;

/** What happened a minute ago. */
interface Before {
  readonly active: Pending & { readonly text: string };
  /** Its activation once more, shortly before the minute was over. */
  readonly repeated: Reply<Customer>;
  readonly waiting: Pending;
  readonly early: Reply<Ticket>;
  readonly twice: Pending;
  readonly owner: Person;
  readonly decoy: Person;
  readonly attackerFirst: readonly [attacker: Pending, victim: Pending];
  readonly victimFirst: readonly [victim: Pending, attacker: Pending];
}

const places = BACKENDS.map((backend) => ({ name: backend.name, backend, hall: new Hall(), before: {} as Before }));

async function happen(hall: Hall): Promise<Before> {
  const waiting = await hall.pending();
  const early = await hall.resend(waiting.person);
  const twice = await hall.pending();
  const { person: owner } = await hall.customer();
  const decoy = withPassword(owner);
  await hall.receive(identifierOf(owner), () => hall.register(decoy));
  const [attackerFirst, victimFirst] = [await sideBySide(hall), await sideBySide(hall)];
  const active = await hall.customer();
  const activatedAt = Date.now();
  await sleep(MINUTE_MS - 5_000);
  const repeated = await hall.activate(active.person, active.code);
  await sleep(Math.max(0, activatedAt + MINUTE_MS + 500 - Date.now()));
  return { waiting, early, twice, owner, decoy, attackerFirst, victimFirst, active, repeated };
}

async function sideBySide(hall: Hall): Promise<readonly [Pending, Pending]> {
  const first = await hall.pending();
  return [first, await hall.pending(withPassword(first.person))];
}

// receipts and resends are measured by a real minute, whatever is set: both backends spend it together
beforeAll(async () => {
  const begun = places.map(async (place) => {
    await place.hall.open(await place.backend.open(LONG_CODES));
    place.before = await happen(place.hall);
  });
  await Promise.all(begun);
}, 180_000);
afterAll(() => Promise.all(places.map(({ hall }) => hall.close())));

describe.each(places)('a minute later on $name', (place) => {
  const { hall } = place;

  it('an activation that could be repeated until now is 409, and so is a resend', async () => {
    const { active, repeated } = place.before;
    expect([repeated.status, repeated.text]).toEqual([200, active.text]);
    expect(outcomeOf(await hall.activate(active.person, active.code))).toBe('409 registration.already_active');
    expect(outcomeOf(await hall.resend(active.person))).toBe('409 registration.already_active');
    expect((await hall.mine(active.person)).json.state).toBe('active');
  });

  it('a resend that was 429 is 200 as register was, and the old code is dead when the new one is there', async () => {
    const { waiting, early } = place.before;
    const { person, ticket } = waiting;
    expect(outcomeOf(early)).toBe('429 registration.resend_too_early');
    const { reply, message, code } = await hall.receive(identifierOf(person), () => hall.resend(person));
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.json)).toEqual(Object.keys(ticket));
    expect(reply.json).toEqual({ ...ticket, reference: reply.json.reference });
    expect(message.text).toContain(reply.json.reference);
    expect(outcomeOf(await hall.activate(person, waiting.code))).toMatch(REFUSED);
    expect(outcomeOf(await hall.resend(person))).toBe('429 registration.resend_too_early');
    expect((await hall.activate(person, code)).status).toBe(200);
  });

  it('registering again with the same password acts as a resend', async () => {
    const { person, ticket, code: old } = place.before.twice;
    const { reply, code } = await hall.receive(identifierOf(person), () => hall.register(person));
    expect(reply.status).toBe(201);
    expect(reply.json).toEqual({ ...ticket, reference: reply.json.reference });
    expect(outcomeOf(await hall.activate(person, old))).toMatch(REFUSED);
    expect((await hall.activate(person, code)).status).toBe(200);
  });

  it('the identifier of a customer is resent alike, and its owner is not told twice', async () => {
    const { owner, decoy, waiting } = place.before;
    const reply = await hall.resend(decoy);
    expect([reply.status, Object.keys(reply.json)]).toEqual([200, Object.keys(waiting.ticket)]);
    expect(outcomeOf(await hall.resend(decoy))).toBe('429 registration.resend_too_early');
    await hall.quiet();
    expect(await hall.house.messagesTo(identifierOf(owner))).toHaveLength(2);
    expect(outcomeOf(await hall.activate(decoy, '12345678'))).toBe('400 registration.code_wrong');
  });

  it.each([
    ['attacker, victim, and again', () => place.before.attackerFirst, 1],
    ['victim, attacker, and again', () => place.before.victimFirst, 0],
  ] as const)('AC-21 with resends in between (%s): only the newest code of the victim counts', async (_, pair, own) => {
    const newest: string[] = [];
    for (const { person } of pair())
      newest.push((await hall.receive(identifierOf(person), () => hall.resend(person))).code);
    const [victim, attacker] = [pair()[own] as Pending, pair()[1 - own] as Pending];
    for (const dead of [victim.code, attacker.code])
      expect(outcomeOf(await hall.activate(victim.person, dead))).toMatch(REFUSED);
    expect(outcomeOf(await hall.activate(attacker.person, newest[own]))).toBe('400 registration.code_wrong');
    expect((await hall.activate(victim.person, newest[own])).status).toBe(200);
    for (const reply of [
      await hall.mine(attacker.person),
      await hall.resend(attacker.person),
      await hall.activate(attacker.person, newest[1 - own]),
      await hall.logIn(attacker.person),
    ])
      expect(outcomeOf(reply)).toBe('401 auth.invalid_credentials');
    expect((await hall.logIn(victim.person)).status).toBe(200);
  });
});
