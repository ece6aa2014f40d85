import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  expectSingleCustomer,
  findLivingCustomers,
  findWorkerKillFaults,
} from '../e2e/registration/customer-verified-checks.js';
import type { Program } from '../support/program.js';
import { logIn, randomCredentials, register } from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { connectVerificationService, type VerificationService } from '../support/verification-service.js';
import { crashAt, waitForCrash } from './crash-injection.js';
import { FaultProxy } from './fault-proxy.js';
import { rounds } from './rounds.js';

let deployment: TestDeployment;
let service: VerificationService;
let worker: Program;
let url: string;
/** Between the other worker and the broker. */
let brokerProxy: FaultProxy;

beforeAll(async () => {
  deployment = await startDeployment({
    roles: ['api', 'worker', 'worker'],
    broker: true,
    replicaEnv: async (at, env) => {
      if (at < 2) return env;
      brokerProxy = await FaultProxy.start(env['RABBITMQ_URL'] ?? '');
      return { RABBITMQ_URL: brokerProxy.url };
    },
  });
  service = await connectVerificationService(deployment.env['RABBITMQ_URL'] ?? '');
  [, worker] = deployment.programs as [Program, Program];
  [url = ''] = deployment.urls;
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await deployment?.close();
  await brokerProxy?.stop();
});
afterEach(async () => {
  brokerProxy.restore();
  if (!worker.running) await worker.restart();
});

/** The other worker hears nothing until its way is free again. */
async function waitForSingleConsumer(): Promise<void> {
  brokerProxy.refuse();
  await expect.poll(() => service.countConsumers(), { timeout: 10_000 }).toBe(1);
}

describe.each(rounds)('a worker dies over customer.verified.v1 (round %i)', () => {
  it.each([
    ['KP-I1', 'before its commit', 0],
    ['KP-I2', 'after its commit, before the acknowledgement', 1],
  ])('%s %s: the other one, or the next, has the effect once', async (point, _, customers) => {
    const person = randomCredentials();
    const { attemptId } = await register(url, person);
    await waitForSingleConsumer();
    await crashAt(worker, point);
    await service.publishVerified({ attemptId, email: person.email });
    await waitForCrash(worker);
    expect(await findLivingCustomers(deployment, person.email)).toHaveLength(customers);
    brokerProxy.restore();
    await Promise.all([worker.restart(), expectSingleCustomer(deployment, service, person.email)]);
    expect((await logIn(url, person)).status).toBe(200);
    expect(await service.countMessages('.dead')).toBe(0);
  });

  it('KP-I1 while it waits for the database: nothing is lost', async () => {
    await waitForSingleConsumer();
    expect(await findWorkerKillFaults(deployment, service, worker)).toEqual([]);
  });
});
