import type { Hall, Pending } from '../registration/hall.js';
import { newcomer, type Person, wrongCode } from '../registration/people.js';
import { from, source } from './from.js';

/** Uses up the three tries of one attempt, each from a source of its own. */
export async function burn(hall: Hall, { person, code }: Pending, first: number): Promise<number[]> {
  const statuses: number[] = [];
  for (const n of [0, 1, 2]) {
    statuses.push((await hall.activate(person, wrongCode(code, n + 1), from(source(first + n)))).status);
  }
  return statuses;
}

/** Attempts of one identifier, each by another password and from another source. */
export async function attempts(hall: Hall, owner: Person, count: number): Promise<Pending[]> {
  const all: Pending[] = [];
  for (let n = 0; n < count; n++) {
    const person = { ...owner, password: `${owner.password} ${n}` };
    const { reply, code, message } = await hall.receive(String(owner.email), () =>
      hall.register(person, from(source(n))),
    );
    all.push({ person, ticket: reply.json, code, message });
  }
  return all;
}

/** INV-02: nine guesses are remembered although the code store forgot them, and its owner gets in. Returns what is wrong. */
export async function faultsOfLostCount(hall: Hall): Promise<string[]> {
  const owner = newcomer();
  for (const [n, attempt] of (await attempts(hall, owner, 3)).entries()) await burn(hall, attempt, 3 * n);
  await hall.house.loseMemory();
  const { reply, code } = await hall.receive(String(owner.email), () => hall.register(owner, from(source(200))));
  const mine = await hall.mine(owner);
  const activated = await hall.activate(owner, code, from(source(201)));
  const seen = {
    'digits that register tells': reply.json.codeLength,
    'digits in the message': code.length,
    'digits that mine tells': mine.json.codeLength,
  };
  return [
    ...Object.entries(seen).flatMap(([what, digits]) =>
      digits === 8 ? [] : [`${what}: ${digits} after nine guesses`],
    ),
    ...(activated.status === 200 ? [] : [`the owner is answered ${activated.status}`]),
    ...((await hall.logIn(owner)).status === 200 ? [] : ['the owner cannot sign in']),
  ];
}
