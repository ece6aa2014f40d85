import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { InMemoryDeliveries } from '../testing/in-memory-deliveries.js';
import { OutboxPoller } from './outbox-poller.js';

let poller: OutboxPoller;
afterEach(() => poller.stop());

it('polls once a second for all publishers and wakes those with pending deliveries', async () => {
  const deliveries = new InMemoryDeliveries();
  const woken: string[] = [];
  const wake = new Map(['one', 'two'].map((name) => [name, () => void woken.push(name)]));
  const { log, lines } = createRecordingLog();
  poller = new OutboxPoller(deliveries, wake, log);
  poller.start();
  await sleep(2_500);
  expect([deliveries.pendingCount, woken]).toEqual([2, []]);
  deliveries.unavailable = true;
  await expect.poll(() => lines.length, { timeout: 2_000 }).toBeGreaterThan(0);
  deliveries.unavailable = false;
  deliveries.addEvents('a', 1);
  await expect.poll(() => woken, { timeout: 2_000 }).toEqual(['one', 'two']);
});
