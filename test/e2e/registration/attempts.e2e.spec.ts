import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { statusAndCode } from '../../support/problem-catalog.js';
import {
  identifierOf,
  newRegistration,
  type RegistrationInput,
  withPassword,
  wrongCode,
} from '../../support/registration-fixtures.js';
import { type PendingRegistration, useTestApp } from '../../support/test-app.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const FIELDS = [
  'id',
  'attemptId',
  'reference',
  'channel',
  'destination',
  'codeLength',
  'codeExpiresIn',
  'resendAfter',
  'expiresIn',
];

describe.each(BACKENDS)('attempts on $name', (backend) => {
  const app = useTestApp(backend);

  /** Two attempts of one identifier, in this order, whose codes differ. */
  async function sideBySide(): Promise<readonly [first: PendingRegistration, second: PendingRegistration]> {
    const first = await app.createPendingRegistration();
    const second = await app.createPendingRegistration(withPassword(first.person));
    return first.code === second.code ? sideBySide() : [first, second];
  }

  async function expectDead({ person, code }: PendingRegistration): Promise<void> {
    const dead = '401 auth.invalid_credentials';
    // activation last: it would do away with an attempt that came too late
    expect(statusAndCode(await app.getMyRegistration(person))).toBe(dead);
    expect(statusAndCode(await app.resendCode(person))).toBe(dead);
    expect(statusAndCode(await app.activate(person, code))).toBe(dead);
    expect(statusAndCode(await app.logIn(person))).toBe(dead);
  }

  it('201 tells what a sign-up page needs, and nothing that can be used', async () => {
    const person = newRegistration();
    const { reply, message, code } = await app.captureMessage(identifierOf(person), () => app.register(person));
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(Object.keys(reply.json)).toEqual(FIELDS);
    expect(reply.json).toEqual({
      id: expect.stringMatching(UUID),
      attemptId: expect.stringMatching(UUID),
      reference: expect.stringMatching(/^[A-Z0-9]{2}$/),
      channel: 'email',
      destination: `${identifierOf(person)[0]}•••@e•••.org`,
      codeLength: 4,
      codeExpiresIn: 60,
      resendAfter: 60,
      expiresIn: 1800,
    });
    expect(message.text).toContain(reply.json.reference);
    expect(message.text).not.toMatch(/https?:/);
    expect([code, reply.text.includes(`"${code}"`)]).toEqual([expect.stringMatching(/^\d{4}$/), false]);
  });

  it('mine tells how far it is: pending, one try less, active', async () => {
    const { person, ticket, code, message } = await app.createPendingRegistration();
    const lives = async () =>
      Date.parse((await app.getMyRegistration(person)).json.codeExpiresAt ?? '') - message.acceptedAt;
    await expect.poll(lives, { timeout: 2_000 }).toBeLessThan(61_000);
    expect(await lives()).toBeGreaterThan(59_500);
    const mine = await app.getMyRegistration(person);
    expect([mine.status, mine.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(mine.json).toEqual({
      id: ticket.id,
      attemptId: ticket.attemptId,
      state: 'pending',
      channel: 'email',
      codeLength: 4,
      codeExpiresAt: expect.stringMatching(/Z$/),
      resendAt: expect.stringMatching(/Z$/),
      attemptsRemaining: 3,
    });
    expect(Date.parse(mine.json.resendAt) - message.acceptedAt).toBeGreaterThan(55_000);
    expect(Date.parse(mine.json.resendAt) - message.acceptedAt).toBeLessThan(61_000);
    await app.activate(person, wrongCode(code));
    expect((await app.getMyRegistration(person)).json).toEqual({ ...mine.json, attemptsRemaining: 2 });
    await app.activate(person, code);
    const { id, attemptId } = ticket;
    expect((await app.getMyRegistration(person)).json).toMatchObject({
      id,
      attemptId,
      state: 'active',
      codeExpiresAt: null,
    });
  });

  it('resend within the minute: 429 with Retry-After, and the code that was sent stays good', async () => {
    const { person, code } = await app.createPendingRegistration();
    const reply = await app.resendCode(person);
    expect(statusAndCode(reply)).toBe('429 registration.resend_too_early');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(reply.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('a double click is one attempt and one message, and the newest profile wins', async () => {
    const { person, ticket, code } = await app.createPendingRegistration(
      newRegistration({ firstName: 'Aga', lastName: 'Old' }),
    );
    const again = await app.register({ ...person, firstName: 'Ada', lastName: 'New' });
    expect([again.status, again.json]).toEqual([201, ticket]);
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(identifierOf(person))).toHaveLength(1);
    const { json } = await app.activate(person, code);
    expect(json).toMatchObject({ firstName: 'Ada', lastName: 'New' });
  });

  it('one attempt, registered twenty times at once: one id, one attempt, one message', async () => {
    const person = newRegistration();
    const replies = await Promise.all(Array.from({ length: 20 }, () => app.register(person)));
    expect(new Set(replies.map(({ status, json }) => `${status} ${json.id} ${json.attemptId}`)).size).toBe(1);
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(identifierOf(person))).toHaveLength(1);
  });

  it('a double click whose second half comes some milliseconds later: one attempt, one message', async () => {
    const clicks = Array.from({ length: 40 }, async (_, at) => {
      const person = newRegistration();
      const replies = [app.register(person), sleep(at % 10).then(() => app.register(person))];
      const attempts = (await Promise.all(replies)).map(({ json }) => json.attemptId);
      return { person, attempts };
    });
    const clicked = await Promise.all(clicks);
    await app.waitForQueuedMessages();
    const counted = clicked.map(async ({ person, attempts }) => {
      const messages = await app.instance.listMessagesTo(identifierOf(person));
      return [new Set(attempts).size, messages.length];
    });
    expect(await Promise.all(counted)).toEqual(clicked.map(() => [1, 1]));
  });

  it('every attempt of an identifier has its id, whoever makes it and how', async () => {
    const { person, ticket } = await app.createPendingRegistration();
    const spelt = { ...withPassword(person), email: identifierOf(person).toUpperCase() };
    const other = await app.createPendingRegistration(spelt, identifierOf(person));
    expect(other.ticket.id).toBe(ticket.id);
    expect(other.ticket.attemptId).not.toBe(ticket.attemptId);
    expect((await app.getMyRegistration(spelt)).json.id).toBe(ticket.id);
  });

  it('ten first attempts at once, each with a password of its own, agree on one id', async () => {
    const person = newRegistration();
    const replies = await Promise.all(Array.from({ length: 10 }, () => app.register(withPassword(person))));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    const { ticket } = await app.createPendingRegistration(newRegistration());
    const known = await Promise.all([app.register(withPassword(person)), app.register(withPassword(person))]);
    const ids = new Set([...replies, ...known].map(({ json }) => json.id));
    expect([ids.size, ids.has(ticket.id)]).toEqual([1, false]);
  });

  it('AC-38 a code keeps its leading zero', async () => {
    const zero = async (): Promise<PendingRegistration> => {
      const some = await Promise.all(Array.from({ length: 25 }, () => app.createPendingRegistration()));
      return some.find(({ code }) => code.startsWith('0')) ?? zero();
    };
    const { person, code } = await zero();
    expect((await app.activate(person, Number(code))).status).toBe(422);
    expect((await app.activate(person, String(Number(code)))).status).toBe(422);
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('AC-32 a code is good for its own attempt only, not for another of the same identifier', async () => {
    const [first, second] = await sideBySide();
    expect(statusAndCode(await app.activate(first.person, second.code))).toBe('400 registration.code_wrong');
    expect(statusAndCode(await app.activate(second.person, first.code))).toBe('400 registration.code_wrong');
    expect((await app.activate(first.person, first.code)).status).toBe(200);
  });

  it('burning the code of one attempt leaves the other as it is', async () => {
    const [first, second] = await sideBySide();
    for (const distance of [1, 2, 3]) await app.activate(first.person, wrongCode(first.code, distance));
    expect((await app.activate(first.person, first.code)).status).toBe(410);
    expect((await app.getMyRegistration(second.person)).json.attemptsRemaining).toBe(3);
    expect((await app.activate(second.person, second.code)).status).toBe(200);
  });

  describe('AC-21 the password that is activated is the one whose code was used', () => {
    it.each([
      ['the attacker came first', 1],
      ['the attacker came second', 0],
    ] as const)('%s', async (_, own) => {
      const pair = await sideBySide();
      const [victim, attacker] = [pair[own] as PendingRegistration, pair[1 - own] as PendingRegistration];
      await app.register(attacker.person); // in between, again: the same attempt, no other code
      expect((await app.activate(attacker.person, victim.code)).status).toBe(400);
      expect((await app.activate(victim.person, victim.code)).status).toBe(200);
      await expectDead(attacker);
      expect((await app.logIn(victim.person)).status).toBe(200);
    });

    it('an attacker who comes before, after and again is dead with all his attempts', async () => {
      const before = await app.createPendingRegistration();
      const victim = await app.createPendingRegistration(withPassword(before.person));
      const after = await app.createPendingRegistration(withPassword(before.person));
      expect((await app.activate(victim.person, victim.code)).status).toBe(200);
      for (const attacker of [before, after]) {
        await expectDead(attacker);
        // The right password ends the count of wrong ones, which these routes and sign-ins share.
        expect((await app.logIn(victim.person)).status).toBe(200);
      }
      const late: RegistrationInput = withPassword(before.person);
      expect((await app.register(late)).json.id).toBe(victim.ticket.id);
      expect(statusAndCode(await app.activate(late, victim.code))).toMatch(/^4(00|10) /);
      expect(statusAndCode(await app.logIn(late))).toBe('401 auth.invalid_credentials');
      expect((await app.logIn(victim.person)).status).toBe(200);
    });
  });
});
