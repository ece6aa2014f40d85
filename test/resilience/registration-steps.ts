import { expect } from 'vitest';
import type { FaultyDeployment } from './faulty-deployment.js';
import type { RecordingClient } from './recording-client.js';

/** Somebody who has registered and read his code. */
export interface PendingClient {
  readonly client: RecordingClient;
  readonly code: string;
}

/** @param base where he registers: a replica that is well */
export async function createPendingClient(deployment: FaultyDeployment, base: string): Promise<PendingClient> {
  const visitor = deployment.createClient();
  expect((await visitor.register(base)).status).toBe(201);
  return { client: visitor, code: await visitor.waitForCode(deployment.mails) };
}

export const createPendingClients = (
  deployment: FaultyDeployment,
  base: string,
  count: number,
): Promise<PendingClient[]> => Promise.all(Array.from({ length: count }, () => createPendingClient(deployment, base)));

/** Until what his code has set off is committed, too: whoever cuts the n-th commit means one of those that come. */
export async function waitForCodeSentEvent(deployment: FaultyDeployment, { ticket }: RecordingClient): Promise<void> {
  const sql = `select 1 from outbox where type = 'registration.code_sent.v1'
    and aggregate_id in (select aggregate_id from outbox where event_id = $1)`;
  const told = async () => (await deployment.database.query(sql, [ticket?.attemptId])).rowCount;
  await expect.poll(told, { timeout: 10_000 }).toBe(1);
}

/** The code he has is good, at once or a little later, and so is his password. */
export async function expectActivationAndLogin({ client, code }: PendingClient, base: string): Promise<void> {
  const status = async () => (await client.activate(base, code)).status;
  await expect.poll(status, { timeout: 12_000, interval: 100 }).toBe(200);
  expect((await client.logIn(base)).status).toBe(200);
}
