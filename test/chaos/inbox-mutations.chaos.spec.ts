import { afterEach, describe, expect, it } from 'vitest';
import { type VerificationService, verificationService } from '../events/verification-service.js';
import { faultsOfKill, faultsOfOutage, faultsOfRepetition } from '../events/verified-checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { otherBuild } from '../replicas/other-build.js';
import { type FreshDatabase, freshMariaDatabase, freshPostgresDatabase } from '../support/databases.js';
import type { Program } from '../support/program.js';
import { ACK_FIRST, ACK_ON_FAILURE, NO_INBOX } from './inbox-mistakes.js';
import type { Mistake } from './mistakes.js';

// The naive ways to listen to events, each of which has to make a named test red.

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Faults = (house: House, service: VerificationService, worker: Program) => Promise<string[]>;

async function check(faults: Faults, database: FreshDatabase, entry?: string): Promise<string[]> {
  const house = await openHouse({ runs: ['api', 'worker'], broker: true, database, ...(entry && { entry }) });
  ends.push(() => house.close());
  const service = await verificationService(house.env['RABBITMQ_URL'] ?? '');
  ends.push(() => service.stop());
  return faults(house, service, house.programs[1] as Program);
}

const MUTATIONS: readonly (readonly [string, string, Mistake, Faults, RegExp])[] = [
  ['no inbox', 'FM-M1', NO_INBOX, faultsOfRepetition, /^FM-M1 he is a customer again/],
  ['an acknowledgement before the commit', 'KP-I1', ACK_FIRST, faultsOfKill, /^KP-I1 his event is lost/],
  ['an acknowledgement of failures', 'FM-D1', ACK_ON_FAILURE, faultsOfOutage, /^FM-D1 his event is lost/],
];

describe.each([
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
] as const)('on %s', (_, fresh) => {
  describe.each(MUTATIONS)('%s', (_, test, mistake, faults, finds) => {
    it(`makes ${test} red, which is green without it`, async () => {
      expect(await check(faults, await fresh())).toEqual([]);
      const build = otherBuild(mistake);
      ends.unshift(() => build.end());
      expect(await check(faults, await fresh(), build.entry)).toContainEqual(expect.stringMatching(finds));
    });
  });
});
