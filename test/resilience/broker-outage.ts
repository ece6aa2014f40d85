import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/fresh-databases.js';
import { randomCredentials } from '../support/registration-requests.js';
import { startDeployment } from '../support/test-deployment.js';
import { countValues, runConstantLoad } from './constant-load.js';
import { type EventIdentity, findDeliveryFaults } from './delivery-checks.js';
import { FaultProxy } from './fault-proxy.js';
import { OperationHistory } from './operation-history.js';
import { RecordingClient } from './recording-client.js';

export interface BrokerOutageOptions {
  readonly seconds: number;
  readonly perSecond: number;
  /** Another build than ours. */
  readonly entry?: string;
  readonly database: () => Promise<FreshDatabase>;
}

/** The broker may be back for so long before the first event that waited has come. */
const FIRST_EVENT_DEADLINE_MS = 5_000;
/** What waited goes out at 500 a second and more. */
const DRAIN_TIMEOUT_MS = 30_000;

/**
 * FM-Q1: strangers register all the while, and the broker goes away in the middle. What is wrong: requests that fail, events
 * that are lost or out of order, and a first event that comes late.
 */
export async function findBrokerOutageFaults({
  seconds,
  perSecond,
  entry,
  database,
}: BrokerOutageOptions): Promise<string[]> {
  let proxy: Promise<FaultProxy> | undefined;
  const deployment = await startDeployment({
    roles: ['api', 'worker', 'worker'],
    broker: true,
    database: await database(),
    ...(entry && { entry }),
    replicaEnv: async (_, env) => {
      proxy ??= FaultProxy.start(env['RABBITMQ_URL'] ?? '');
      return { RABBITMQ_URL: (await proxy).url };
    },
  });
  const proxyInUse = await proxy;
  try {
    const [url = ''] = deployment.urls;
    const history = new OperationHistory();
    const outage = (async () => {
      await sleep(1_000);
      proxyInUse?.refuse();
      await sleep(seconds * 1_000);
      proxyInUse?.restore();
      const [before, back] = [deployment.events.events.length, performance.now()];
      await deployment.events.waitFor(() => deployment.events.events.length > before, 30_000).catch(() => undefined);
      const late = performance.now() - back;
      await sleep(1_000);
      return late > FIRST_EVENT_DEADLINE_MS
        ? [`the first event came ${Math.round(late)} ms after the broker was back`]
        : [];
    })();
    const answers = await runConstantLoad(perSecond, outage, async () =>
      String((await new RecordingClient(history, randomCredentials()).register(url)).status),
    );
    const { 201: _, ...failed } = countValues(answers);
    await deployment.waitUntilDrained(DRAIN_TIMEOUT_MS);
    await sleep(1_000);
    const { rows: people } = await deployment.database.query<{ id: string }>(
      'select customer_id as id from registration_keys',
    );
    const { rows: committed } = await deployment.database.query<EventIdentity>(
      'select event_id as id, aggregate_id as subject, sequence from outbox',
    );
    const receivedEvents = deployment.events.events.map(({ id, type, subject = '', body }) => ({
      ...{ id, type, subject, sequence: Number(body['sequence']) },
    }));
    const started = receivedEvents.filter(({ type }) => type === 'registration.started.v1');
    return [
      ...Object.entries(failed).map(([status, times]) => `${times} requests were answered with ${status}`),
      ...(await outage),
      // By what clients were told, and by what is stored: a relay without an outbox stores nothing.
      ...findDeliveryFaults(
        people.map(({ id }) => ({ id, subject: id, sequence: 1 })),
        started.map(({ subject, sequence }) => ({ id: subject, subject, sequence })),
      ),
      ...findDeliveryFaults(
        committed.map((one) => ({ ...one, sequence: Number(one.sequence) })),
        receivedEvents,
      ),
    ];
  } finally {
    await deployment.close();
    await proxyInUse?.stop();
  }
}
