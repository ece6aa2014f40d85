import { setTimeout as sleep } from 'node:timers/promises';
import { openHouse } from '../replicas/house.js';
import { stranger } from '../replicas/people.js';
import { faultsOfDelivery } from './delivery-checks.js';
import { FaultProxy } from './fault-proxy.js';
import { History } from './history.js';
import { counted, steady } from './steady.js';
import { Visitor } from './visitor.js';

export interface Outage {
  readonly seconds: number;
  readonly perSecond: number;
  /** Another build than ours. */
  readonly entry?: string;
}

/** The broker may be back for so long before the first event that waited has come. */
const FIRST_MS = 5_000;

/**
 * FM-Q1: strangers register all the while, and the broker goes away in the middle. What is wrong: requests that fail, events
 * that are lost or out of order, and a first event that comes late.
 */
export async function faultsOfOutage({ seconds, perSecond, entry }: Outage): Promise<string[]> {
  let proxy: Promise<FaultProxy> | undefined;
  const house = await openHouse({
    runs: ['api', 'worker', 'worker'],
    broker: true,
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
    await house.drained();
    const { rows } = await house.database.query<{ id: string; subject: string; sequence: number }>(
      'select customer_id as id, customer_id as subject, 1 as sequence from registration_keys',
    );
    await sleep(1_000);
    const heard = house.events.events
      .filter(({ type }) => type === 'registration.started.v1')
      .map(({ subject = '', body }) => ({ id: subject, subject, sequence: Number(body['sequence']) }));
    return [
      ...Object.entries(failed).map(([status, times]) => `${times} requests were answered with ${status}`),
      ...(await outage),
      ...faultsOfDelivery(rows, heard),
    ];
  } finally {
    await house.close();
    await way?.stop();
  }
}
