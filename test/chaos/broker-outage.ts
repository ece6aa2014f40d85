import { setTimeout as sleep } from 'node:timers/promises';
import { openHouse } from '../replicas/house.js';
import { stranger } from '../replicas/people.js';
import type { FreshDatabase } from '../support/databases.js';
import { type EventMark, faultsOfDelivery } from './delivery-checks.js';
import { FaultProxy } from './fault-proxy.js';
import { History } from './history.js';
import { counted, steady } from './steady.js';
import { Visitor } from './visitor.js';

export interface Outage {
  readonly seconds: number;
  readonly perSecond: number;
  /** Another build than ours. */
  readonly entry?: string;
  readonly database: () => Promise<FreshDatabase>;
}

/** The broker may be back for so long before the first event that waited has come. */
const FIRST_MS = 5_000;
/** What waited goes out at 500 a second and more. */
const DRAINED_MS = 30_000;

/**
 * FM-Q1: strangers register all the while, and the broker goes away in the middle. What is wrong: requests that fail, events
 * that are lost or out of order, and a first event that comes late.
 */
export async function faultsOfOutage({ seconds, perSecond, entry, database }: Outage): Promise<string[]> {
  let proxy: Promise<FaultProxy> | undefined;
  const house = await openHouse({
    runs: ['api', 'worker', 'worker'],
    broker: true,
    database: await database(),
    ...(entry && { entry }),
    envOf: async (_, env) => {
      proxy ??= FaultProxy.before(env['RABBITMQ_URL'] ?? '');
      return { RABBITMQ_URL: (await proxy).url };
    },
  });
  const way = await proxy;
  try {
    const [url = ''] = house.urls;
    const history = new History();
    const outage = (async () => {
      await sleep(1_000);
      way?.refuse();
      await sleep(seconds * 1_000);
      way?.pass();
      const [before, back] = [house.events.events.length, performance.now()];
      await house.events.waitFor(() => house.events.events.length > before, 30_000).catch(() => undefined);
      const late = performance.now() - back;
      await sleep(1_000);
      return late > FIRST_MS ? [`the first event came ${Math.round(late)} ms after the broker was back`] : [];
    })();
    const answers = await steady(perSecond, outage, async () =>
      String((await new Visitor(history, stranger()).register(url)).status),
    );
    const { 201: _, ...failed } = counted(answers);
    await house.drained(DRAINED_MS);
    await sleep(1_000);
    const { rows: people } = await house.database.query<{ id: string }>(
      'select customer_id as id from registration_keys',
    );
    const { rows: committed } = await house.database.query<EventMark>(
      'select event_id as id, aggregate_id as subject, sequence from outbox',
    );
    const heard = house.events.events.map(({ id, type, subject = '', body }) => ({
      ...{ id, type, subject, sequence: Number(body['sequence']) },
    }));
    const started = heard.filter(({ type }) => type === 'registration.started.v1');
    return [
      ...Object.entries(failed).map(([status, times]) => `${times} requests were answered with ${status}`),
      ...(await outage),
      // By what clients were told, and by what is stored: a relay without an outbox stores nothing.
      ...faultsOfDelivery(
        people.map(({ id }) => ({ id, subject: id, sequence: 1 })),
        started.map(({ subject, sequence }) => ({ id: subject, subject, sequence })),
      ),
      ...faultsOfDelivery(
        committed.map((one) => ({ ...one, sequence: Number(one.sequence) })),
        heard,
      ),
    ];
  } finally {
    await house.close();
    await way?.stop();
  }
}
