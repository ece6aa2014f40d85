import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from '../support/http-message.js';
import type { Hall } from './hall.js';
import { newcomer, type Person, withPassword } from './people.js';
import { problemOf } from './problem-list.js';

/** What differs from one request to the next, whoever asks. */
const OWN_TO_REQUEST = ['date', 'x-correlation-id'];
const LOOKS = 100;

/** An answer without what names this person: the rest is to be the same to the byte. */
function shape(reply: Reply, ...personal: readonly string[]): string {
  const headers = [...reply.headers].filter(([name]) => !OWN_TO_REQUEST.includes(name));
  const traceId = problemOf(reply)?.traceId;
  const hidden = [...personal, ...(traceId ? [traceId] : [])];
  return JSON.stringify([
    reply.status,
    headers,
    hidden.reduce((text, value) => text.replaceAll(value, '•'), reply.text),
  ]);
}

/** Every call somebody can make who knows an address and chose a password for it, as answered. */
async function answersTo(hall: Hall, person: Person): Promise<Readonly<Record<string, string>>> {
  const registered = await hall.register(person);
  const { id, attemptId, reference, destination } = registered.json;
  let mine = await hall.mine(person);
  for (let look = 0; look < LOOKS && mine.json.codeExpiresAt === null; look++) {
    await sleep(20); // until its code is on its way
    mine = await hall.mine(person);
  }
  const { codeExpiresAt, resendAt } = mine.json;
  const shown = [id, attemptId, `"${reference}"`, destination, String(resendAt), String(codeExpiresAt)];
  return {
    register: shape(registered, ...shown),
    mine: shape(mine, ...shown),
    resend: shape(await hall.resend(person), ...shown),
    'activate with no code': shape(await hall.activate(person, 'four'), ...shown),
    'activate with another password': shape(await hall.activate(withPassword(person), '0000'), ...shown),
  };
}

/** AC-26: new, pending and taken addresses are answered alike. Returns what tells them apart. */
export async function toldApart(hall: Hall): Promise<string[]> {
  const [{ person: customer }, { person: waiting }] = [await hall.customer(), await hall.pending()];
  const [taken, pending] = [
    await answersTo(hall, withPassword(customer)),
    await answersTo(hall, withPassword(waiting)),
  ];
  const fresh = await answersTo(hall, newcomer());
  return Object.entries(fresh).flatMap(([call, usual]) => [
    ...(taken[call] === usual ? [] : [`${call}, taken: ${taken[call]} and not ${usual}`]),
    ...(pending[call] === usual ? [] : [`${call}, pending: ${pending[call]} and not ${usual}`]),
  ]);
}
