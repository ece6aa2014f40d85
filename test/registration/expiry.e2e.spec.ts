import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from './backends.js';
import { type Pending, useHall } from './hall.js';
import { freshPhone, identifierOf, newcomer, withPassword, wrongCode } from './people.js';
import { outcomeOf } from './problem-list.js';

const LIFE_MS = 3_000;
/** Sources are not trusted here, so that limits per source hold. */
const SHORT = { CODE_TTL_SECONDS: String(LIFE_MS / 1000), TRUSTED_SOURCES: '' };

/** Waits until so many ms have passed since the message was accepted. */
const untilAge = ({ message }: Pending, ms: number): Promise<void> =>
  sleep(Math.max(0, message.acceptedAt + ms - Date.now()));

describe.each(BACKENDS)('the life of a code on $name', (backend) => {
  const hall = useHall(backend, SHORT);

  it.concurrent('AC-12 is over when its time is: taken just before, 410 just after, right or wrong', async () => {
    const [soon, late] = await Promise.all([hall.pending(), hall.pending()]);
    expect(soon.ticket.codeExpiresIn).toBe(LIFE_MS / 1000);
    expect((await hall.mine(late.person)).json).toMatchObject({ attemptsRemaining: 3, codeExpiresAt: /./ });
    await untilAge(soon, LIFE_MS - 900);
    expect((await hall.activate(soon.person, soon.code)).status).toBe(200);
    await untilAge(late, LIFE_MS + 150);
    expect(outcomeOf(await hall.activate(late.person, late.code))).toBe('410 registration.code_expired');
    expect(outcomeOf(await hall.activate(late.person, wrongCode(late.code)))).toBe('410 registration.code_expired');
    const { json } = await hall.mine(late.person);
    expect(json).toMatchObject({ state: 'pending', codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it.concurrent('AC-26 is over for the identifier of a customer as for any other', async () => {
    const { person } = await hall.customer();
    const decoy = withPassword(person);
    const { message } = await hall.receive(identifierOf(person), () => hall.register(decoy));
    expect(outcomeOf(await hall.activate(decoy, '0420'))).toBe('400 registration.code_wrong');
    await sleep(Math.max(0, message.acceptedAt + LIFE_MS + 150 - Date.now()));
    expect(outcomeOf(await hall.activate(decoy, '0420'))).toBe('410 registration.code_expired');
    expect((await hall.mine(decoy)).json).toMatchObject({ codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it.concurrent('a receipt outlives the code: the activation can be repeated after it', async () => {
    const { person, code, text, message } = await hall.customer();
    await sleep(Math.max(0, message.acceptedAt + LIFE_MS + 150 - Date.now()));
    const again = await hall.activate(person, code);
    expect([again.status, again.text]).toEqual([200, text]);
  });

  it.concurrent('three attempts of an identifier live side by side; a fourth waits until a code is dead, and is answered alike', async () => {
    const first = await hall.pending();
    const others = [await hall.pending(withPassword(first.person)), await hall.pending(withPassword(first.person))];
    const fourth = withPassword(first.person);
    const refused = await hall.register(fourth);
    expect([refused.status, Object.keys(refused.json)]).toEqual([201, Object.keys(first.ticket)]);
    expect(refused.json.id).toBe(first.ticket.id);
    expect(outcomeOf(await hall.mine(fourth))).toBe('401 auth.invalid_credentials');
    for (const { person } of [first, ...others]) expect((await hall.mine(person)).status).toBe(200);
    await untilAge(first, LIFE_MS + 150);
    expect((await hall.register(fourth)).status).toBe(201);
    expect((await hall.mine(fourth)).status).toBe(200);
    expect((await hall.mine(first.person)).status).toBe(401);
    for (const { person } of others) expect((await hall.mine(person)).status).toBe(200);
  });

  // the dev mailbox is never slow
  if (backend === EMBEDDED) return;
  it('begins when a slow mail server, or a slow SMS gateway, has accepted the message', async () => {
    for (const sink of [hall.services.mail, hall.services.sms]) sink.behave({ delayMs: LIFE_MS / 2 }, 1);
    const people = [newcomer(), newcomer({ phone: freshPhone() })].map(async (person) => {
      const asked = Date.now();
      const pending = await hall.pending(person);
      expect(pending.message.acceptedAt - asked).toBeGreaterThan(LIFE_MS / 2 - 50);
      await untilAge(pending, LIFE_MS - 900);
      return (await hall.activate(person, pending.code)).status;
    });
    expect(await Promise.all(people)).toEqual([200, 200]);
  });
});
