import { expect } from 'vitest';
import type { ChaosHouse } from './chaos-house.js';
import type { Visitor } from './visitor.js';

/** Somebody who has registered and read his code. */
export interface Applicant {
  readonly visitor: Visitor;
  readonly code: string;
}

/** @param base where he registers: a replica that is well */
export async function applicant(house: ChaosHouse, base: string): Promise<Applicant> {
  const visitor = house.newcomer();
  expect((await visitor.register(base)).status).toBe(201);
  return { visitor, code: await visitor.codeFrom(house.mails) };
}

export const applicants = (house: ChaosHouse, base: string, count: number): Promise<Applicant[]> =>
  Promise.all(Array.from({ length: count }, () => applicant(house, base)));

/** Until what his code has set off is committed, too: whoever cuts the n-th commit means one of those that come. */
export async function codeIsTold(house: ChaosHouse, { ticket }: Visitor): Promise<void> {
  const sql = `select 1 from outbox where type = 'registration.code_sent.v1'
    and aggregate_id in (select aggregate_id from outbox where event_id = $1)`;
  const told = async () => (await house.database.query(sql, [ticket?.attemptId])).rowCount;
  await expect.poll(told, { timeout: 10_000 }).toBe(1);
}

/** The code he has is good, at once or a little later, and so is his password. */
export async function getsIn({ visitor, code }: Applicant, base: string): Promise<void> {
  const status = async () => (await visitor.activate(base, code)).status;
  await expect.poll(status, { timeout: 12_000, interval: 100 }).toBe(200);
  expect((await visitor.logIn(base)).status).toBe(200);
}
