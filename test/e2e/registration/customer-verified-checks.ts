import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { send } from '../../support/http-message.js';
import type { Program } from '../../support/program.js';
import { activate, logIn, randomCredentials, register, waitForCode } from '../../support/registration-requests.js';
import type { TestDeployment } from '../../support/test-deployment.js';
import type { VerificationService } from '../../support/verification-service.js';

const CUSTOMER_TIMEOUT_MS = 15_000;
/** Longer than a worker waits that the broker has turned away many times. */
const RETRY_TIMEOUT_MS = 45_000;

export const findLivingCustomers = async (deployment: TestDeployment, email: string) =>
  (
    await deployment.database.query<{ id: string; verified_by: string }>(
      'select id, verified_by from customers where email = $1 and deleted_at is null',
      [email],
    )
  ).rows;

export async function waitForCustomer(
  deployment: TestDeployment,
  email: string,
  patienceMs = CUSTOMER_TIMEOUT_MS,
): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(50)) {
    if ((await findLivingCustomers(deployment, email)).length > 0) return true;
  }
  return false;
}

/** Nothing of what was told is left to do. */
export async function waitForEmptyQueues(service: VerificationService): Promise<void> {
  const left = () => Promise.all(['', '.retry'].map((part) => service.countMessages(part)));
  await expect.poll(left, { timeout: RETRY_TIMEOUT_MS }).toEqual([0, 0]);
  await sleep(300);
}

/** There is one customer of this address, who was announced once. */
export async function expectSingleCustomer(deployment: TestDeployment, service: VerificationService, email: string) {
  expect(await waitForCustomer(deployment, email, RETRY_TIMEOUT_MS)).toBe(true);
  await waitForEmptyQueues(service);
  const found = await findLivingCustomers(deployment, email);
  expect(found).toHaveLength(1);
  const announced = "select 1 as one from outbox where aggregate_id = $1 and type = 'customer.created.v1'";
  expect((await deployment.database.query(announced, [found[0]?.id])).rows).toHaveLength(1);
  return found[0];
}

/** He leaves, and the event that made him a customer comes again. */
export async function findRedeliveryFaults(
  deployment: TestDeployment,
  service: VerificationService,
): Promise<string[]> {
  const [url = ''] = deployment.urls;
  const person = randomCredentials();
  const { attemptId } = await register(url, person);
  const id = await service.publishVerified({ attemptId, email: person.email });
  if (!(await waitForCustomer(deployment, person.email))) return ['he is no customer'];
  const { json } = await logIn(url, person);
  const bearer = (json as { access_token: string }).access_token;
  await send(`${url}/v1/customers/me`, 'DELETE', { bearer });
  await service.publishVerified({ email: person.email }, 3, id);
  await sleep(1_000);
  return (await findLivingCustomers(deployment, person.email)).length > 0 ? ['FM-M1 he is a customer again'] : [];
}

/** The worker is killed while it waits for the database. */
export async function findWorkerKillFaults(
  deployment: TestDeployment,
  service: VerificationService,
  worker: Program,
): Promise<string[]> {
  const person = randomCredentials();
  const { attemptId } = await register(deployment.urls[0] ?? '', person);
  await deployment.database.lock('customers');
  await service.publishVerified({ attemptId, email: person.email });
  await sleep(500);
  await worker.kill();
  await deployment.database.unlock();
  await worker.restart();
  return (await waitForCustomer(deployment, person.email)) ? [] : ['KP-I1 his event is lost'];
}

/** The database does not answer for longer than a handler tries. */
export async function findDatabaseOutageFaults(
  deployment: TestDeployment,
  service: VerificationService,
): Promise<string[]> {
  const person = randomCredentials();
  const { attemptId } = await register(deployment.urls[0] ?? '', person);
  await deployment.database.lock('customers');
  await service.publishVerified({ attemptId, email: person.email });
  await sleep(8_000);
  await deployment.database.unlock();
  return (await waitForCustomer(deployment, person.email)) ? [] : ['FM-D1 his event is lost'];
}

/** His code is typed at the moment in which the event comes. */
export async function findActivationRaceFaults(
  deployment: TestDeployment,
  service: VerificationService,
): Promise<string[]> {
  const [url = ''] = deployment.urls;
  const person = randomCredentials();
  const ticket = await register(url, person);
  const code = await waitForCode(deployment.mails, person, ticket);
  const [{ status }] = await Promise.all([
    activate(url, person, code),
    service.publishVerified({ attemptId: ticket.attemptId, email: person.email }, 3),
  ]);
  const found = await findLivingCustomers(deployment, person.email);
  return [
    ...(status === 200 ? [] : [`activate answered ${status}`]),
    ...(found.length === 1 ? [] : [`${found.length} customers`]),
  ];
}
