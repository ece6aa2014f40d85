import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../support/http-message.js';
import { send } from '../support/http-message.js';
import { countOutcomes, findBrokenInvariants } from '../support/invariant-checks.js';
import { race } from '../support/race.js';
import {
  type Credentials,
  type RegistrationResponse,
  randomCredentials,
  registrationRequest,
} from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 3);
const AT_ONCE = 50;
const rounds = Array.from({ length: ROUNDS }, (_, i) => i + 1);

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all', 'all'], broker: true });
});
afterAll(() => deployment?.close());

const ticketsOf = (replies: readonly Reply[]): RegistrationResponse[] =>
  replies.map(({ json }) => json as RegistrationResponse);
const distinct = (values: readonly string[]): string[] => [...new Set(values)];
const mailsTo = ({ email }: Credentials) => deployment.mails.messages.filter(({ to }) => to.includes(email));
/** What was started of these attempts: each event bears the id of its own. */
const startsOf = (tickets: readonly RegistrationResponse[]) =>
  deployment.events.events.filter(
    ({ id, type }) => type === 'registration.started.v1' && tickets.some(({ attemptId }) => attemptId === id),
  );

async function isKept({ email, password }: Credentials): Promise<boolean> {
  const mine = await send(`${deployment.urls[0]}/v1/registrations/mine`, 'GET', { basic: [email, password] });
  return mine.status === 200;
}

describe('RC-03 50 registrations of one identifier at once over two replicas', () => {
  it.each(rounds)('the same password: one id, one attempt, one mail, one event (round %i)', async () => {
    const person = randomCredentials();
    const { replies } = await race(deployment.urls, Array(AT_ONCE).fill(registrationRequest(person)));
    expect(countOutcomes(replies)).toEqual({ '201': AT_ONCE });
    const tickets = ticketsOf(replies);
    await deployment.waitUntilDrained();
    const ids = distinct(tickets.map(({ id }) => id));
    const seen = {
      ids: ids.length,
      attempts: distinct(tickets.map(({ attemptId }) => attemptId)).length,
      mails: mailsTo(person).length,
      started: startsOf(tickets).length,
    };
    expect(seen).toEqual({ ids: 1, attempts: 1, mails: 1, started: 1 });
    expect(await findBrokenInvariants(deployment.database)).toEqual([]);
  });

  it.each(rounds)('different passwords: one id, at most three attempts kept, 201 for all (round %i)', async () => {
    const { email } = randomCredentials();
    const people = Array.from({ length: AT_ONCE }, () => ({ ...randomCredentials(), email }));
    const { replies } = await race(deployment.urls, people.map(registrationRequest));
    expect(countOutcomes(replies)).toEqual({ '201': AT_ONCE });
    const tickets = ticketsOf(replies);
    await deployment.waitUntilDrained();
    const kept = (await Promise.all(people.map(isKept))).flatMap((yes, at) =>
      yes ? (tickets[at]?.attemptId ?? '') : [],
    );
    expect(kept.length).toBeGreaterThanOrEqual(1);
    expect(kept.length).toBeLessThanOrEqual(3);
    const ids = distinct(tickets.map(({ id }) => id));
    const started = startsOf(tickets).map(({ id }) => id);
    expect(distinct(startsOf(tickets).map(({ subject = '' }) => subject))).toHaveLength(1);
    const seen = {
      ids: ids.length,
      mails: mailsTo({ email, password: '' }).length,
      started: started.length,
      startedAndKept: started.filter((attemptId) => kept.includes(attemptId)).length,
    };
    expect(seen).toEqual({ ids: 1, mails: kept.length, started: kept.length, startedAndKept: kept.length });
    expect(await findBrokenInvariants(deployment.database)).toEqual([]);
  });

  it('nobody can tell from the answer whether his attempt was kept', async () => {
    const { email } = randomCredentials();
    const people = Array.from({ length: 8 }, () => ({ ...randomCredentials(), email }));
    const replies = [];
    for (const person of people)
      replies.push(await send(`${deployment.urls[0]}/v1/registrations`, 'POST', { json: person }));
    const shapes = replies.map(({ status, headers, json }) => ({
      status,
      headers: [...headers.keys()].filter((name) => name !== 'x-correlation-id'),
      body: { ...(json as object), id: '', attemptId: '', reference: '' },
      id: (json as RegistrationResponse).id,
      reference: (json as RegistrationResponse).reference.length,
    }));
    expect(distinct(shapes.map((shape) => JSON.stringify(shape)))).toHaveLength(1);
  });
});
