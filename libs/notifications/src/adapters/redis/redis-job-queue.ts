import { Injectable } from '@nestjs/common';
import { RedisConnection, type Script } from '#platform/redis';
import { type Job, type JobOrigin, JobQueue } from '../../application/ports.js';
import { currentJobOrigin } from '../current-job-origin.js';

const JOBS_KEY = 'foyer:{due}:messages';
const THROUGHPUT_KEY = 'foyer:{due}:pace';
const ORIGINS_KEY = 'foyer:{due}:origins';

/** One sorted set for all replicas; the score is the moment from which an entry may be taken, by Redis' own clock. */
@Injectable()
export class RedisJobQueue extends JobQueue {
  readonly #enqueueScript: Script;
  readonly #leaseScript: Script;
  readonly #backlogScript: Script;
  readonly #completeScript: Script;
  #wake: () => void = () => undefined;

  constructor(redis: RedisConnection) {
    super();
    this.#enqueueScript = redis.script(new URL('./enqueue.lua', import.meta.url));
    this.#leaseScript = redis.script(new URL('./lease.lua', import.meta.url));
    this.#completeScript = redis.script(new URL('./complete.lua', import.meta.url));
    this.#backlogScript = redis.script(new URL('./backlog.lua', import.meta.url));
  }

  async enqueue(message: Job): Promise<void> {
    const { origin } = { ...currentJobOrigin(), ...message };
    await this.#enqueueScript([JOBS_KEY, ORIGINS_KEY], [toEntry(message), origin ? JSON.stringify(origin) : '']);
    this.#wake();
  }

  async lease(count: number, leaseMs: number): Promise<readonly Job[]> {
    const reply = await this.#leaseScript([JOBS_KEY, THROUGHPUT_KEY, ORIGINS_KEY], [count, leaseMs]);
    const [lease, entries, origins] = reply as [number, string[], (string | null)[]];
    return entries.map((entry, n) => ({ ...parseEntry(entry), ...parseOrigin(origins[n]), lease }));
  }

  async complete(message: Job): Promise<void> {
    await this.#completeScript([JOBS_KEY, ORIGINS_KEY], [toEntry(message), message.lease ?? 0]);
  }

  async estimateBacklogSeconds(): Promise<number> {
    return ((await this.#backlogScript([JOBS_KEY, THROUGHPUT_KEY], [])) as number) / 1000;
  }

  onEnqueue(wake: () => void): void {
    this.#wake = wake;
  }
}

const toEntry = ({ kind, reference }: Job): string => `${kind} ${reference}`;

const parseOrigin = (json: string | null | undefined): { readonly origin?: JobOrigin } =>
  json ? { origin: JSON.parse(json) as JobOrigin } : {};

function parseEntry(entry: string): Job {
  const space = entry.indexOf(' ');
  return { kind: entry.slice(0, space), reference: entry.slice(space + 1) };
}
