import { afterEach, describe, expect, it } from 'vitest';
import { type OtherBuild, otherBuild } from '../replicas/other-build.js';
import { type ChaosHouse, openChaosHouse } from './chaos-house.js';
import type { Mistake } from './mistakes.js';
import { applicant, codeIsTold } from './visits.js';

// What is green on a program that is known to be wrong shows nothing.

let house: ChaosHouse | undefined;
let build: OtherBuild | undefined;
afterEach(async () => {
  await house?.close();
  await build?.end();
});

async function houseWith(mistake: Mistake): Promise<ChaosHouse> {
  build = otherBuild(mistake);
  house = await openChaosHouse({ runs: ['all', 'all'], entry: build.entry });
  return house;
}

/** Waits for an answer for as long as it takes, which is what the driver does by itself. */
const NO_TIMEOUTS: Mistake = {
  'libs/platform/database/src/data-source.js': `
const careful = createDataSource;
createDataSource = (url, tables) => careful(url, tables, true);`,
};

/** Answers before it has committed. */
const HASTY: Mistake = {
  'libs/registration/src/application/services/registration-activator.js': `
Admission.prototype.admit = async function (attempt, { preHash, last }) {
  const credential = await this.credentials.hash(preHash);
  const identifier = identifierOf(attempt);
  const { customerId: id, attemptId, profile } = attempt;
  return new Promise((resolve, reject) => {
    this.work.run(async () => {
      await this.keys.prove(this.identifiers.candidates(identifier));
      resolve(await this.directory.admit({ id, identifier, attemptId, ...profile, credential, verifiedBy: 'code' }));
      await last();
    }).catch(reject);
  });
};`,
};

/** Runs the statements of a unit of work one by one, as if each were one. */
const IN_PIECES: Mistake = {
  'libs/platform/database/src/database.js': `
Database.prototype.transaction = (work) => work();
Object.defineProperty(Database.prototype, 'inTransaction', { get: () => true });`,
};

describe('known mistakes are caught', () => {
  it('FM-D3 a database that is waited for without an end: the answer comes at the end of the request only', async () => {
    const { urls, faults, newcomer } = await houseWith(NO_TIMEOUTS);
    const visitor = newcomer();
    expect((await visitor.register(urls[0] ?? '')).status).toBe(201);
    faults.database.blackhole();
    expect((await newcomer().register(urls[0] ?? '')).ms).toBeGreaterThan(9_000);
  });

  it('INV-16 an answer before the commit', async () => {
    const here = await houseWith(HASTY);
    const [url = '', peer = ''] = here.urls;
    const { visitor, code } = await applicant(here, peer);
    await codeIsTold(here, visitor);
    const cut = here.faults.database.cutBefore(/^Query COMMIT/, 2);
    expect((await visitor.activate(url, code)).status).toBe(200);
    await cut.fallen;
    expect(await here.verdict()).toContainEqual(expect.stringMatching(/^INV-16 .* is no customer$/));
  });

  it('INV-01 a unit of work that is none', async () => {
    const here = await houseWith(IN_PIECES);
    const [url = '', peer = ''] = here.urls;
    const { visitor, code } = await applicant(here, peer);
    here.faults.database.cutBefore(/^Execute (with changed as \()?insert into outbox /);
    await visitor.activate(url, code);
    expect(await here.verdict()).toContainEqual(expect.stringMatching(/^INV-01 .* never announced/));
  });
});
