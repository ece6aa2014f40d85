import { forwardedFor, sourceAddress } from '../../support/forwarded-for.js';
import { newRegistration, type RegistrationInput, wrongCode } from '../../support/registration-fixtures.js';
import type { PendingRegistration, TestApp } from '../../support/test-app.js';

/** Uses up the three tries of one attempt, each from a source of its own. */
export async function useUpTries(
  app: TestApp,
  { person, code }: PendingRegistration,
  first: number,
): Promise<number[]> {
  const statuses: number[] = [];
  for (const n of [0, 1, 2]) {
    statuses.push((await app.activate(person, wrongCode(code, n + 1), forwardedFor(sourceAddress(first + n)))).status);
  }
  return statuses;
}

/** Attempts of one identifier, each by another password and from another source. */
export async function registerAttempts(
  app: TestApp,
  owner: RegistrationInput,
  count: number,
): Promise<PendingRegistration[]> {
  const all: PendingRegistration[] = [];
  for (let n = 0; n < count; n++) {
    const person = { ...owner, password: `${owner.password} ${n}` };
    const { reply, code, message } = await app.captureMessage(String(owner.email), () =>
      app.register(person, forwardedFor(sourceAddress(n))),
    );
    all.push({ person, ticket: reply.json, code, message });
  }
  return all;
}

/** INV-02: nine guesses are remembered although the code store forgot them, and its owner gets in. Returns what is wrong. */
export async function findLostGuessCountFaults(app: TestApp): Promise<string[]> {
  const owner = newRegistration();
  for (const [n, attempt] of (await registerAttempts(app, owner, 3)).entries()) await useUpTries(app, attempt, 3 * n);
  await app.instance.wipeAttempts();
  const { reply, code } = await app.captureMessage(String(owner.email), () =>
    app.register(owner, forwardedFor(sourceAddress(200))),
  );
  const mine = await app.getMyRegistration(owner);
  const activated = await app.activate(owner, code, forwardedFor(sourceAddress(201)));
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
    ...((await app.logIn(owner)).status === 200 ? [] : ['the owner cannot sign in']),
  ];
}
