import { Injectable } from '@nestjs/common';
import { RedisConnection, type Script } from '#platform/redis';
import { type DueMessage, DueMessages, type Origin } from '../../application/ports.js';
import { currentOrigin } from '../origin.js';

const KEY = 'foyer:{due}:messages';
const PACE = 'foyer:{due}:pace';
const ORIGINS = 'foyer:{due}:origins';

/** One sorted set for all replicas; the score is the moment from which an entry may be taken, by Redis' own clock. */
@Injectable()
export class RedisDueMessages extends DueMessages {
  readonly #put: Script;
  readonly #lease: Script;
  readonly #backlog: Script;
  readonly #done: Script;
  #wake: () => void = () => undefined;

  constructor(redis: RedisConnection) {
    super();
    this.#put = redis.script(new URL('./put.lua', import.meta.url));
    this.#lease = redis.script(new URL('./lease.lua', import.meta.url));
    this.#done = redis.script(new URL('./done.lua', import.meta.url));
    this.#backlog = redis.script(new URL('./backlog.lua', import.meta.url));
  }

  async put(message: DueMessage): Promise<void> {
    const { origin } = { ...currentOrigin(), ...message };
    await this.#put([KEY, ORIGINS], [entryOf(message), origin ? JSON.stringify(origin) : '']);
    this.#wake();
  }

  async lease(count: number, leaseMs: number): Promise<readonly DueMessage[]> {
    const taken = await this.#lease([KEY, PACE, ORIGINS], [count, leaseMs]);
    const [lease, entries, origins] = taken as [number, string[], (string | null)[]];
    return entries.map((entry, n) => ({ ...messageOf(entry), ...originOf(origins[n]), lease }));
  }

  async done(message: DueMessage): Promise<void> {
    await this.#done([KEY, ORIGINS], [entryOf(message), message.lease ?? 0]);
  }

  async backlogSeconds(): Promise<number> {
    return ((await this.#backlog([KEY, PACE], [])) as number) / 1000;
  }

  onPut(wake: () => void): void {
    this.#wake = wake;
  }
}

const entryOf = ({ kind, reference }: DueMessage): string => `${kind} ${reference}`;

const originOf = (kept: string | null | undefined): { readonly origin?: Origin } =>
  kept ? { origin: JSON.parse(kept) as Origin } : {};

function messageOf(entry: string): DueMessage {
  const space = entry.indexOf(' ');
  return { kind: entry.slice(0, space), reference: entry.slice(space + 1) };
}
