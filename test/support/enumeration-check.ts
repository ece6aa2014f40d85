import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from './http-message.js';
import { parseProblem } from './problem-catalog.js';
import { newRegistration, type RegistrationInput, withPassword } from './registration-fixtures.js';
import type { TestApp } from './test-app.js';

/** What differs from one request to the next, whoever asks. */
const PER_REQUEST_HEADERS = ['date', 'x-correlation-id'];
const MAX_POLLS = 100;

/** An answer without what names this person: the rest is to be the same to the byte. */
function toComparableText(reply: Reply, ...personal: readonly string[]): string {
  const headers = [...reply.headers].filter(([name]) => !PER_REQUEST_HEADERS.includes(name));
  const traceId = parseProblem(reply)?.traceId;
  const hidden = [...personal, ...(traceId ? [traceId] : [])];
  return JSON.stringify([
    reply.status,
    headers,
    hidden.reduce((text, value) => text.replaceAll(value, '•'), reply.text),
  ]);
}

/** Every call somebody can make who knows an address and chose a password for it, as answered. */
async function collectAnswers(app: TestApp, person: RegistrationInput): Promise<Readonly<Record<string, string>>> {
  const registered = await app.register(person);
  const { id, attemptId, reference, destination } = registered.json;
  let mine = await app.getMyRegistration(person);
  for (let look = 0; look < MAX_POLLS && mine.json.codeExpiresAt === null; look++) {
    await sleep(20); // until its code is on its way
    mine = await app.getMyRegistration(person);
  }
  const { codeExpiresAt, resendAt } = mine.json;
  const shown = [id, attemptId, `"${reference}"`, destination, String(resendAt), String(codeExpiresAt)];
  return {
    register: toComparableText(registered, ...shown),
    mine: toComparableText(mine, ...shown),
    resend: toComparableText(await app.resendCode(person), ...shown),
    'activate with no code': toComparableText(await app.activate(person, 'four'), ...shown),
    'activate with another password': toComparableText(await app.activate(withPassword(person), '0000'), ...shown),
  };
}

/** AC-26: new, pending and taken addresses are answered alike. Returns what tells them apart. */
export async function findDistinguishableAnswers(app: TestApp): Promise<string[]> {
  const [{ person: customer }, { person: waiting }] = [
    await app.createCustomer(),
    await app.createPendingRegistration(),
  ];
  const [taken, pending] = [
    await collectAnswers(app, withPassword(customer)),
    await collectAnswers(app, withPassword(waiting)),
  ];
  const fresh = await collectAnswers(app, newRegistration());
  return Object.entries(fresh).flatMap(([call, usual]) => [
    ...(taken[call] === usual ? [] : [`${call}, taken: ${taken[call]} and not ${usual}`]),
    ...(pending[call] === usual ? [] : [`${call}, pending: ${pending[call]} and not ${usual}`]),
  ]);
}
