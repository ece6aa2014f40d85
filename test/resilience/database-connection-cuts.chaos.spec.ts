import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countCustomers } from '../support/invariant-checks.js';
import { expectReady, expectResponsiveDuring, expectUnavailable } from './availability-assertions.js';
import type { FaultProxy } from './fault-proxy.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';
import type { ClientReply } from './recording-client.js';
import { createPendingClient, createPendingClients, expectActivationAndLogin } from './registration-steps.js';

let deployment: FaultyDeployment;
let database: FaultProxy;
let url: string;
let peer: string;

beforeAll(async () => {
  deployment = await startFaultyDeployment({ roles: ['api', 'api', 'worker'] });
  database = deployment.proxies.database;
  [url, peer] = deployment.urls as [string, string];
});
afterAll(() => deployment?.close());
afterEach(async () => expect(await deployment.findFaults()).toEqual([]));

type Side = 'cutBefore' | 'cutAfter';

/** One call. `seen`: what came of it; `after`: what has to be true when it was cut. */
type Play = () => Promise<{ call: () => Promise<ClientReply>; after: (seen: ClientReply) => Promise<void> }>;

/** Cuts the first message of the call, then the second one of another call, …, until one comes to its end uncut. */
async function cutEach(side: Side, play: Play): Promise<string[]> {
  const hits: string[] = [];
  for (;;) {
    const { call, after } = await play();
    await expectReady(url);
    const cut = database[side](hits.length + 1);
    const seen = await call();
    database.restore();
    if (cut.matchedMessage === undefined && seen.status < 300) return hits;
    if (cut.matchedMessage !== undefined) hits.push(cut.matchedMessage);
    if (seen.status >= 300) expectUnavailable(seen, 6_500);
    await after(seen);
  }
}

const WRITTEN_BY_ACTIVATION = [
  /START TRANSACTION/,
  /update code_guesses/,
  /update registration_keys set proven_at/,
  /INSERT INTO "customers"/,
  /INSERT INTO "auth_subjects"/,
  /INSERT INTO "auth_identifiers"/,
  /insert into outbox /,
  /insert into outbox_deliveries/,
  /COMMIT/,
];
const WRITTEN_BY_REGISTER = [/START TRANSACTION/, /registration_keys/, /insert into outbox /, /COMMIT/];

describe.each(['cutBefore', 'cutAfter'] as const)('FM-D2 %s each message to the database', (side) => {
  it('of an activation: all or nothing, and the repeat is let in', async () => {
    const hits = await cutEach(side, async () => {
      const one = await createPendingClient(deployment, peer);
      const { client, code } = one;
      const after = async (seen: ClientReply): Promise<void> => {
        if (seen.status === 200) expect(await countCustomers(deployment.database, client.person.email)).toBe(1);
        await expectActivationAndLogin(one, peer);
      };
      return { call: () => client.activate(url, code), after };
    });
    for (const statement of WRITTEN_BY_ACTIVATION) expect(hits).toContainEqual(expect.stringMatching(statement));
  });

  it('of a registration: the repeat has the id that is stored, and one code comes', async () => {
    const hits = await cutEach(side, async () => {
      const visitor = deployment.createClient();
      const after = async (seen: ClientReply): Promise<void> => {
        const again = await visitor.register(peer);
        expect(again.status).toBe(201);
        if (seen.status === 201) expect(again.id).toBe(seen.id);
        await expectActivationAndLogin({ client: visitor, code: await visitor.waitForCode(deployment.mails) }, peer);
      };
      return { call: () => visitor.register(url), after };
    });
    for (const statement of WRITTEN_BY_REGISTER) expect(hits).toContainEqual(expect.stringMatching(statement));
  });
});

it('FM-D4 two seconds to each message: an answer within its time, the loop is free, and nobody is lost', async () => {
  const waiting = await createPendingClients(deployment, peer, 15);
  const newcomers = Array.from({ length: 15 }, () => deployment.createClient());
  database.delay(2_000);
  const calls = Promise.all([
    ...waiting.map(({ client, code }) => client.activate(url, code)),
    ...newcomers.map((visitor) => visitor.register(url)),
  ]);
  for (const seen of await expectResponsiveDuring(url, calls)) if (seen.status >= 300) expectUnavailable(seen);
  database.restore();
  await expectReady(url, 10_000);
  for (const visitor of newcomers) expect((await visitor.register(url)).status).toBe(201);
  await Promise.all(waiting.map((one) => expectActivationAndLogin(one, url)));
});
