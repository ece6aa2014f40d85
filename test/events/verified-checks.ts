import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { House } from '../replicas/house.js';
import { activate, codeOf, logIn, register, stranger } from '../replicas/people.js';
import { send } from '../support/http-message.js';
import type { Program } from '../support/program.js';
import type { VerificationService } from './verification-service.js';

const PATIENCE_MS = 15_000;
/** Longer than a worker waits that the broker has turned away many times. */
const COMES_BACK_MS = 45_000;

export const customersOf = async (house: House, email: string) =>
  (
    await house.database.query<{ id: string; verified_by: string }>(
      'select id, verified_by from customers where email = $1 and deleted_at is null',
      [email],
    )
  ).rows;

export async function becomesCustomer(house: House, email: string, patienceMs = PATIENCE_MS): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(50)) {
    if ((await customersOf(house, email)).length > 0) return true;
  }
  return false;
}

/** Nothing of what was told is left to do. */
export async function settled(service: VerificationService): Promise<void> {
  const left = () => Promise.all(['', '.retry'].map((part) => service.waiting(part)));
  await expect.poll(left, { timeout: COMES_BACK_MS }).toEqual([0, 0]);
  await sleep(300);
}

/** There is one customer of this address, who was announced once. */
export async function theOnly(house: House, service: VerificationService, email: string) {
  expect(await becomesCustomer(house, email, COMES_BACK_MS)).toBe(true);
  await settled(service);
  const found = await customersOf(house, email);
  expect(found).toHaveLength(1);
  const announced = "select 1 as one from outbox where aggregate_id = $1 and type = 'customer.created.v1'";
  expect((await house.database.query(announced, [found[0]?.id])).rows).toHaveLength(1);
  return found[0];
}

/** He leaves, and the event that made him a customer comes again. */
export async function faultsOfRepetition(house: House, service: VerificationService): Promise<string[]> {
  const [url = ''] = house.urls;
  const person = stranger();
  const { attemptId } = await register(url, person);
  const id = await service.tell({ attemptId, email: person.email });
  if (!(await becomesCustomer(house, person.email))) return ['he is no customer'];
  const { json } = await logIn(url, person);
  const bearer = (json as { access_token: string }).access_token;
  await send(`${url}/v1/customers/me`, 'DELETE', { bearer });
  await service.tell({ email: person.email }, 3, id);
  await sleep(1_000);
  return (await customersOf(house, person.email)).length > 0 ? ['FM-M1 he is a customer again'] : [];
}

/** The worker is killed while it waits for the database. */
export async function faultsOfKill(house: House, service: VerificationService, worker: Program): Promise<string[]> {
  const person = stranger();
  const { attemptId } = await register(house.urls[0] ?? '', person);
  await house.database.lock('customers');
  await service.tell({ attemptId, email: person.email });
  await sleep(500);
  await worker.kill();
  await house.database.unlock();
  await worker.restart();
  return (await becomesCustomer(house, person.email)) ? [] : ['KP-I1 his event is lost'];
}

/** The database does not answer for longer than a handler tries. */
export async function faultsOfOutage(house: House, service: VerificationService): Promise<string[]> {
  const person = stranger();
  const { attemptId } = await register(house.urls[0] ?? '', person);
  await house.database.lock('customers');
  await service.tell({ attemptId, email: person.email });
  await sleep(8_000);
  await house.database.unlock();
  return (await becomesCustomer(house, person.email)) ? [] : ['FM-D1 his event is lost'];
}

/** His code is typed at the moment in which the event comes. */
export async function faultsOfRace(house: House, service: VerificationService): Promise<string[]> {
  const [url = ''] = house.urls;
  const person = stranger();
  const ticket = await register(url, person);
  const code = await codeOf(house.mails, person, ticket);
  const [{ status }] = await Promise.all([
    activate(url, person, code),
    service.tell({ attemptId: ticket.attemptId, email: person.email }, 3),
  ]);
  const found = await customersOf(house, person.email);
  return [
    ...(status === 200 ? [] : [`activate answered ${status}`]),
    ...(found.length === 1 ? [] : [`${found.length} customers`]),
  ];
}
