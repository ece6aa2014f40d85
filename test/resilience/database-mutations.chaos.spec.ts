import { afterEach, describe, expect, it } from 'vitest';
import { createPatchedBuild, type PatchedBuild } from '../support/patched-build.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';
import type { BuildPatch } from './mutations.js';
import { createPendingClient, waitForCodeSentEvent } from './registration-steps.js';

// What is green on a program that is known to be wrong shows nothing.

let deployment: FaultyDeployment | undefined;
let build: PatchedBuild | undefined;
afterEach(async () => {
  await deployment?.close();
  await build?.end();
});

async function startWithMutation(mistake: BuildPatch): Promise<FaultyDeployment> {
  build = createPatchedBuild(mistake);
  deployment = await startFaultyDeployment({ roles: ['all', 'all'], entry: build.entry });
  return deployment;
}

/** Waits for an answer for as long as it takes, which is what the driver does by itself. */
const NO_TIMEOUTS: BuildPatch = {
  'libs/platform/database/src/data-source.js': `
const careful = createDataSource;
createDataSource = (url, tables) => careful(url, tables, true);`,
};

/** Answers before it has committed. */
const HASTY: BuildPatch = {
  'libs/registration/src/application/services/registration-activator.js': `
RegistrationActivator.prototype.activate = async function (attempt, { preHash, last }) {
  const credential = await this.credentials.hash(preHash);
  const identifier = identifierOf(attempt);
  const { customerId: id, attemptId, profile } = attempt;
  return new Promise((resolve, reject) => {
    this.work.run(async () => {
      await this.keys.lockAndMarkProven(this.identifiers.candidates(identifier));
      resolve(await this.customers.createCustomer({ id, identifier, attemptId, ...profile, credential, verifiedBy: 'code' }));
      await last();
    }).catch(reject);
  });
};`,
};

/** Runs the statements of a unit of work one by one, as if each were one. */
const IN_PIECES: BuildPatch = {
  'libs/platform/database/src/database.js': `
Database.prototype.runInTransaction = (work) => work();
Object.defineProperty(Database.prototype, 'inTransaction', { get: () => true });`,
};

describe('known mistakes are caught', () => {
  it('FM-D3 a database that is waited for without an end: the answer comes at the end of the request only', async () => {
    const { urls, proxies, createClient } = await startWithMutation(NO_TIMEOUTS);
    const visitor = createClient();
    expect((await visitor.register(urls[0] ?? '')).status).toBe(201);
    proxies.database.blackhole();
    expect((await createClient().register(urls[0] ?? '')).ms).toBeGreaterThan(9_000);
  });

  it('INV-16 an answer before the commit', async () => {
    const here = await startWithMutation(HASTY);
    const [url = '', peer = ''] = here.urls;
    const { client, code } = await createPendingClient(here, peer);
    await waitForCodeSentEvent(here, client);
    const cut = here.proxies.database.cutBefore(/^Query COMMIT/, 2);
    expect((await client.activate(url, code)).status).toBe(200);
    await cut.triggered;
    expect(await here.findFaults()).toContainEqual(expect.stringMatching(/^INV-16 .* is no customer$/));
  });

  it('INV-01 a unit of work that is none', async () => {
    const here = await startWithMutation(IN_PIECES);
    const [url = '', peer = ''] = here.urls;
    const { client, code } = await createPendingClient(here, peer);
    here.proxies.database.cutBefore(/^Execute (with changed as \()?insert into outbox /);
    await client.activate(url, code);
    expect(await here.findFaults()).toContainEqual(expect.stringMatching(/^INV-01 .* never announced/));
  });
});
