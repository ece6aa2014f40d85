import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from './backends.js';
import { useHall } from './hall.js';
import { identifierOf, withPassword, wrongCode } from './people.js';
import { outcomeOf } from './problem-list.js';

const UNKNOWN = '401 auth.invalid_credentials';

describe.each(BACKENDS)('a restart in between on $name', (backend) => {
  const hall = useHall(backend);

  it('after a clean stop everything is as it was: attempts, tries, codes, receipts, notices, tokens', async () => {
    const waiting = await hall.pending();
    const tried = await hall.pending();
    await hall.activate(tried.person, wrongCode(tried.code));
    const active = await hall.customer();
    await hall.receive(identifierOf(active.person), () => hall.register(withPassword(active.person)));
    const { json } = await hall.logIn(active.person);
    const mine = await hall.mine(waiting.person);

    expect(await hall.program.stop()).toBe(0);
    await hall.program.start();

    expect((await hall.mine(waiting.person)).json).toEqual(mine.json);
    expect(outcomeOf(await hall.resend(waiting.person))).toBe('429 registration.resend_too_early');
    expect((await hall.register(waiting.person)).json.attemptId).toBe(waiting.ticket.attemptId);
    expect((await hall.activate(waiting.person, waiting.code)).status).toBe(200);
    expect((await hall.mine(tried.person)).json.attemptsRemaining).toBe(2);
    expect((await hall.activate(tried.person, tried.code)).status).toBe(200);
    expect((await hall.activate(active.person, active.code)).text).toBe(active.text);
    expect((await hall.me(json.access_token)).json).toEqual(active.customer);
    await hall.register(withPassword(active.person));
    await hall.quiet();
    expect(await hall.house.messagesTo(identifierOf(active.person))).toHaveLength(2);
  });

  it('FM-R4 when the memory of attempts is lost: 401, then the same id again, and customers are customers', async () => {
    const { person, ticket, code } = await hall.pending();
    const active = await hall.customer();

    await hall.house.loseMemory();

    for (const reply of [await hall.activate(person, code), await hall.mine(person), await hall.resend(person)])
      expect(outcomeOf(reply)).toBe(UNKNOWN);
    expect(outcomeOf(await hall.activate(active.person, active.code))).toBe(UNKNOWN);
    expect((await hall.logIn(active.person)).status).toBe(200);
    const again = await hall.pending(person);
    expect(again.ticket.id).toBe(ticket.id);
    expect(again.ticket.attemptId).not.toBe(ticket.attemptId);
    expect((await hall.activate(person, again.code)).status).toBe(200);
    expect((await hall.register(active.person)).json.id).toBe(active.ticket.id);
    expect((await hall.mine(active.person)).json).toMatchObject({ id: active.ticket.id, state: 'pending' });
  });

  if (backend === EMBEDDED) return;

  it('kill -9 loses nothing', async () => {
    const waiting = await hall.pending();
    await hall.activate(waiting.person, wrongCode(waiting.code));
    const active = await hall.customer();

    await hall.program.kill();
    await hall.program.start();

    expect((await hall.mine(waiting.person)).json).toMatchObject({ id: waiting.ticket.id, attemptsRemaining: 2 });
    expect((await hall.activate(waiting.person, waiting.code)).status).toBe(200);
    expect((await hall.activate(active.person, active.code)).text).toBe(active.text);
    expect((await hall.logIn(active.person)).status).toBe(200);
  });
});
