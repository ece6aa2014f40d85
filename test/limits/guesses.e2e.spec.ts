import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from '../registration/backends.js';
import { type Pending, useHall } from '../registration/hall.js';
import { newcomer } from '../registration/people.js';
import { BEHIND_A_PROXY, from, source } from './from.js';
import { attempts, burn, faultsOfLostCount } from './lost-count.js';

/** Three guesses that are not the code. */
const wrong = (code: string): string[] => {
  const guess = (n: number) => String((Number(code) + n) % 10 ** code.length).padStart(code.length, '0');
  return [guess(1), guess(2), guess(3)];
};

describe.each(BACKENDS)('guesses at the codes of one identifier, on $name', (backend) => {
  const hall = useHall(backend, BEHIND_A_PROXY);

  it('INV-02 AC-06 AC-07 are nine at 4-digit codes in a day, whatever attempts and sources they come through', async () => {
    const owner = newcomer();
    const four = await attempts(hall, owner, 4);
    const statuses: number[] = [];
    for (const [n, attempt] of four.entries()) statuses.push(...(await burn(hall, attempt, 3 * n)));
    expect(statuses.filter((status) => status === 400)).toHaveLength(9);
    expect(statuses.slice(9)).toEqual([410, 410, 410]);
    const last = four[3] as Pending;
    expect(
      (await hall.activate(last.person, last.code, from(source(90)))).status,
      'a short code is dead, even the right one',
    ).toBe(410);
  });

  it('INV-02 AC-25 make its next codes longer, survive the loss of the code store, and lock nobody out', async () => {
    expect(await faultsOfLostCount(hall)).toEqual([]);
  });

  it('AC-25 do not keep a customer out, from wherever and however often somebody tries', async () => {
    const { person: owner } = await hall.customer();
    for (let n = 0; n < 8; n++) {
      const decoy = { ...owner, password: `not the owner ${n}` };
      await hall.register(decoy, from(source(20 + n)));
      for (const code of ['0001', '0002', '0003', '0004']) await hall.activate(decoy, code, from(source(20 + n)));
    }
    const { status, json } = await hall.logIn(owner);
    expect(status).toBe(200);
    expect((await hall.me(json.access_token)).json['email']).toBe(owner.email);
  });

  it('may be replaced at once when they have become too short', async () => {
    const owner = newcomer();
    const [first, second, third, victim] = await attempts(hall, owner, 4);
    for (const [n, attempt] of [first, second, third].entries()) await burn(hall, attempt as Pending, 3 * n);
    const { person } = victim as Pending;
    expect((await hall.mine(person)).json.codeExpiresAt, 'no live code is shown').toBeNull();
    const { reply, code } = await hall.receive(String(owner.email), () => hall.resend(person, from(source(210))));
    expect(reply.status, reply.text).toBe(200);
    expect((await hall.activate(person, code, from(source(211)))).status).toBe(200);
  });

  it('do not count when they are right', async () => {
    const owner = newcomer();
    for (let n = 0; n < 3; n++) {
      const { code } = await hall.pending({ ...owner, email: `n${n}.${owner.email}` });
      expect((await hall.activate({ ...owner, email: `n${n}.${owner.email}` }, code, from(source(n)))).status).toBe(
        200,
      );
    }
    expect((await hall.pending()).ticket.codeLength).toBe(4);
  });
});

describe('the meter of wrong codes of everybody', () => {
  const hall = useHall(EMBEDDED, { ...BEHIND_A_PROXY, LIMIT_WRONG_CODES_PER_HOUR: '2' });

  it('makes every new code longer', async () => {
    const { person, code, ticket } = await hall.pending();
    expect(ticket.codeLength).toBe(4);
    for (const guess of wrong(code).slice(0, 2)) expect((await hall.activate(person, guess)).status).toBe(400);
    const next = await hall.pending();
    expect(next.ticket.codeLength).toBe(8);
    expect((await hall.activate(next.person, next.code)).status).toBe(200);
  });
});
