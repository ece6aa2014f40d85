import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKENDS } from './backends.js';
import { type Pending, useHall } from './hall.js';
import { identifierOf, newcomer, type Person, withPassword, wrongCode } from './people.js';
import { outcomeOf } from './problem-list.js';

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
  const hall = useHall(backend);

  /** Two attempts of one identifier, in this order, whose codes differ. */
  async function sideBySide(): Promise<readonly [first: Pending, second: Pending]> {
    const first = await hall.pending();
    const second = await hall.pending(withPassword(first.person));
    return first.code === second.code ? sideBySide() : [first, second];
  }

  async function expectDead({ person, code }: Pending): Promise<void> {
    const dead = '401 auth.invalid_credentials';
    // activation last: it would do away with an attempt that came too late
    expect(outcomeOf(await hall.mine(person))).toBe(dead);
    expect(outcomeOf(await hall.resend(person))).toBe(dead);
    expect(outcomeOf(await hall.activate(person, code))).toBe(dead);
    expect(outcomeOf(await hall.logIn(person))).toBe(dead);
  }

  it('201 tells what a sign-up page needs, and nothing that can be used', async () => {
    const person = newcomer();
    const { reply, message, code } = await hall.receive(identifierOf(person), () => hall.register(person));
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
    const { person, ticket, code, message } = await hall.pending();
    const lives = async () => Date.parse((await hall.mine(person)).json.codeExpiresAt ?? '') - message.acceptedAt;
    await expect.poll(lives, { timeout: 2_000 }).toBeLessThan(61_000);
    expect(await lives()).toBeGreaterThan(59_500);
    const mine = await hall.mine(person);
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
    await hall.activate(person, wrongCode(code));
    expect((await hall.mine(person)).json).toEqual({ ...mine.json, attemptsRemaining: 2 });
    await hall.activate(person, code);
    const { id, attemptId } = ticket;
    expect((await hall.mine(person)).json).toMatchObject({ id, attemptId, state: 'active', codeExpiresAt: null });
  });

  it('resend within the minute: 429 with Retry-After, and the code that was sent stays good', async () => {
    const { person, code } = await hall.pending();
    const reply = await hall.resend(person);
    expect(outcomeOf(reply)).toBe('429 registration.resend_too_early');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(reply.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect((await hall.activate(person, code)).status).toBe(200);
  });

  it('a double click is one attempt and one message, and the newest profile wins', async () => {
    const { person, ticket, code } = await hall.pending(newcomer({ firstName: 'Aga', lastName: 'Old' }));
    const again = await hall.register({ ...person, firstName: 'Ada', lastName: 'New' });
    expect([again.status, again.json]).toEqual([201, ticket]);
    await hall.quiet();
    expect(await hall.house.messagesTo(identifierOf(person))).toHaveLength(1);
    const { json } = await hall.activate(person, code);
    expect(json).toMatchObject({ firstName: 'Ada', lastName: 'New' });
  });

  it('one attempt, registered twenty times at once: one id, one attempt, one message', async () => {
    const person = newcomer();
    const replies = await Promise.all(Array.from({ length: 20 }, () => hall.register(person)));
    expect(new Set(replies.map(({ status, json }) => `${status} ${json.id} ${json.attemptId}`)).size).toBe(1);
    await hall.quiet();
    expect(await hall.house.messagesTo(identifierOf(person))).toHaveLength(1);
  });

  it('a double click whose second half comes some milliseconds later: one attempt, one message', async () => {
    const clicks = Array.from({ length: 40 }, async (_, at) => {
      const person = newcomer();
      const replies = [hall.register(person), sleep(at % 10).then(() => hall.register(person))];
      const attempts = (await Promise.all(replies)).map(({ json }) => json.attemptId);
      return { person, attempts };
    });
    const clicked = await Promise.all(clicks);
    await hall.quiet();
    const counted = clicked.map(async ({ person, attempts }) => {
      const messages = await hall.house.messagesTo(identifierOf(person));
      return [new Set(attempts).size, messages.length];
    });
    expect(await Promise.all(counted)).toEqual(clicked.map(() => [1, 1]));
  });

  it('every attempt of an identifier has its id, whoever makes it and how', async () => {
    const { person, ticket } = await hall.pending();
    const spelt = { ...withPassword(person), email: identifierOf(person).toUpperCase() };
    const other = await hall.pending(spelt, identifierOf(person));
    expect(other.ticket.id).toBe(ticket.id);
    expect(other.ticket.attemptId).not.toBe(ticket.attemptId);
    expect((await hall.mine(spelt)).json.id).toBe(ticket.id);
  });

  it('ten first attempts at once, each with a password of its own, agree on one id', async () => {
    const person = newcomer();
    const replies = await Promise.all(Array.from({ length: 10 }, () => hall.register(withPassword(person))));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    const { ticket } = await hall.pending(newcomer());
    const known = await Promise.all([hall.register(withPassword(person)), hall.register(withPassword(person))]);
    const ids = new Set([...replies, ...known].map(({ json }) => json.id));
    expect([ids.size, ids.has(ticket.id)]).toEqual([1, false]);
  });

  it('AC-38 a code keeps its leading zero', async () => {
    const zero = async (): Promise<Pending> => {
      const some = await Promise.all(Array.from({ length: 25 }, () => hall.pending()));
      return some.find(({ code }) => code.startsWith('0')) ?? zero();
    };
    const { person, code } = await zero();
    expect((await hall.activate(person, Number(code))).status).toBe(422);
    expect((await hall.activate(person, String(Number(code)))).status).toBe(422);
    expect((await hall.activate(person, code)).status).toBe(200);
  });

  it('AC-32 a code is good for its own attempt only, not for another of the same identifier', async () => {
    const [first, second] = await sideBySide();
    expect(outcomeOf(await hall.activate(first.person, second.code))).toBe('400 registration.code_wrong');
    expect(outcomeOf(await hall.activate(second.person, first.code))).toBe('400 registration.code_wrong');
    expect((await hall.activate(first.person, first.code)).status).toBe(200);
  });

  it('burning the code of one attempt leaves the other as it is', async () => {
    const [first, second] = await sideBySide();
    for (const distance of [1, 2, 3]) await hall.activate(first.person, wrongCode(first.code, distance));
    expect((await hall.activate(first.person, first.code)).status).toBe(410);
    expect((await hall.mine(second.person)).json.attemptsRemaining).toBe(3);
    expect((await hall.activate(second.person, second.code)).status).toBe(200);
  });

  describe('AC-21 the password that is activated is the one whose code was used', () => {
    it.each([
      ['the attacker came first', 1],
      ['the attacker came second', 0],
    ] as const)('%s', async (_, own) => {
      const pair = await sideBySide();
      const [victim, attacker] = [pair[own] as Pending, pair[1 - own] as Pending];
      await hall.register(attacker.person); // in between, again: the same attempt, no other code
      expect((await hall.activate(attacker.person, victim.code)).status).toBe(400);
      expect((await hall.activate(victim.person, victim.code)).status).toBe(200);
      await expectDead(attacker);
      expect((await hall.logIn(victim.person)).status).toBe(200);
    });

    it('an attacker who comes before, after and again is dead with all his attempts', async () => {
      const before = await hall.pending();
      const victim = await hall.pending(withPassword(before.person));
      const after = await hall.pending(withPassword(before.person));
      expect((await hall.activate(victim.person, victim.code)).status).toBe(200);
      for (const attacker of [before, after]) {
        await expectDead(attacker);
        // The right password ends the count of wrong ones, which these routes and sign-ins share.
        expect((await hall.logIn(victim.person)).status).toBe(200);
      }
      const late: Person = withPassword(before.person);
      expect((await hall.register(late)).json.id).toBe(victim.ticket.id);
      expect(outcomeOf(await hall.activate(late, victim.code))).toMatch(/^4(00|10) /);
      expect(outcomeOf(await hall.logIn(late))).toBe('401 auth.invalid_credentials');
      expect((await hall.logIn(victim.person)).status).toBe(200);
    });
  });
});
