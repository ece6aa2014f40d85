import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../replicas/house.js';
import { customerIdOf, logIn, type Person, register, stranger } from '../replicas/people.js';
import { customersOf } from './verified-checks.js';

/** Somebody who began to register, and somebody who did so after him with his address and a password of his own. */
export interface Pair {
  readonly person: Person;
  readonly attacker: Person;
  readonly id: string;
  readonly attemptId: string;
}

export async function pair(house: House): Promise<Pair> {
  const [url = ''] = house.urls;
  const person = stranger();
  const attacker = { ...stranger(), email: person.email };
  const ticket = await register(url, person);
  await register(url, attacker);
  return { person, attacker, id: await customerIdOf(house, ticket), attemptId: ticket.attemptId };
}

/** As if his attempt had been made so much earlier that it dies in so many ms, by the clock of the code store. */
export async function endsIn({ redis }: House, { attemptId }: Pair, ms: number): Promise<void> {
  for (const key of await redis.keys('foyer:{*}:attempts')) {
    if (key.includes('{live}')) continue;
    for (const [tag, text] of Object.entries(await redis.hgetall(key))) {
      if (!text.includes(attemptId)) continue;
      const [seconds = 0, micros = 0] = await redis.time();
      const expiresAt = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000) + ms;
      await redis.hset(key, tag, JSON.stringify({ ...JSON.parse(text), expiresAt }));
      return;
    }
  }
  throw new Error('his attempt is not there');
}

/** Whether he was let in, and what must never be: somebody twice, somebody announced twice, the attacker. */
export async function outcomeOf(house: House, { person, attacker, id }: Pair, password: 'his' | 'none') {
  const [url = ''] = house.urls;
  const found = await customersOf(house, person.email);
  const { rows } = await house.database.query(
    "select 1 as one from outbox where aggregate_id = $1 and type = 'customer.created.v1'",
    [id],
  );
  const mayEnter = found.length === 1 && password === 'his' ? 200 : 401;
  const entered = (await logIn(url, person)).status;
  const faults = [
    ...(found.length > 1 ? [`${found.length} customers`] : []),
    ...(found.some((one) => one.id !== id) ? ['he is somebody else'] : []),
    ...(rows.length === found.length ? [] : [`${rows.length} announcements of ${found.length}`]),
    ...(entered === mayEnter ? [] : [`his login was answered ${entered}`]),
    ...((await logIn(url, attacker)).status === 401 ? [] : ['the attacker is in']),
  ];
  return { isCustomer: found.length > 0, faults };
}

/** Tells this, and waits until it has a verdict: each event leaves one note, however often it comes. */
export async function told(house: House, telling: () => Promise<readonly unknown[]>): Promise<void> {
  const notes = async () =>
    Number((await house.database.query<{ n: string }>('select count(*) as n from inbox')).rows[0]?.n);
  const before = await notes();
  const { length } = await telling();
  for (const deadline = Date.now() + 15_000; (await notes()) < before + length; await sleep(20)) {
    if (Date.now() > deadline) throw new Error('not every event has a verdict after 15 s');
  }
}
