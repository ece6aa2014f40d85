import { afterEach, describe, expect, it } from 'vitest';
import {
  findDatabaseOutageFaults,
  findRedeliveryFaults,
  findWorkerKillFaults,
} from '../e2e/registration/customer-verified-checks.js';
import { type FreshDatabase, freshMariaDatabase, freshPostgresDatabase } from '../support/fresh-databases.js';
import { createPatchedBuild } from '../support/patched-build.js';
import type { Program } from '../support/program.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { connectVerificationService, type VerificationService } from '../support/verification-service.js';
import { ACK_BEFORE_HANDLING, ACK_ON_FAILURE, NO_INBOX } from './inbox-mutations.js';
import type { BuildPatch } from './mutations.js';

// The naive ways to listen to events, each of which has to make a named test red.

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Faults = (deployment: TestDeployment, service: VerificationService, worker: Program) => Promise<string[]>;

async function check(faults: Faults, database: FreshDatabase, entry?: string): Promise<string[]> {
  const deployment = await startDeployment({
    roles: ['api', 'worker'],
    broker: true,
    database,
    ...(entry && { entry }),
  });
  ends.push(() => deployment.close());
  const service = await connectVerificationService(deployment.env['RABBITMQ_URL'] ?? '');
  ends.push(() => service.stop());
  return faults(deployment, service, deployment.programs[1] as Program);
}

const MUTATIONS: readonly (readonly [string, string, BuildPatch, Faults, RegExp])[] = [
  ['no inbox', 'FM-M1', NO_INBOX, findRedeliveryFaults, /^FM-M1 he is a customer again/],
  [
    'an acknowledgement before the commit',
    'KP-I1',
    ACK_BEFORE_HANDLING,
    findWorkerKillFaults,
    /^KP-I1 his event is lost/,
  ],
  ['an acknowledgement of failures', 'FM-D1', ACK_ON_FAILURE, findDatabaseOutageFaults, /^FM-D1 his event is lost/],
];

describe.each([
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
] as const)('on %s', (_, fresh) => {
  describe.each(MUTATIONS)('%s', (_, test, mistake, faults, finds) => {
    it(`makes ${test} red, which is green without it`, async () => {
      expect(await check(faults, await fresh())).toEqual([]);
      const build = createPatchedBuild(mistake);
      ends.unshift(() => build.end());
      expect(await check(faults, await fresh(), build.entry)).toContainEqual(expect.stringMatching(finds));
    });
  });
});
