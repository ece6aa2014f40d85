import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { type Snapshotable, SnapshotStore } from '#platform/in-memory';
import { type Job, JobQueue } from '../../application/ports.js';
import { currentJobOrigin } from '../current-job-origin.js';

/** For a single process. Iterates in the order of putting; a leased message waits where it stands. */
@Injectable()
export class InMemoryJobQueue extends JobQueue implements Snapshotable {
  readonly #waiting = new Map<string, { readonly message: Job; readonly since: number }>();
  readonly #leased = new Map<string, { message: Job; until: number }>();
  #throughput = { second: 0, taken: 0, before: 0 };
  #wake: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    snapshots?: SnapshotStore,
  ) {
    super();
    snapshots?.register('due', this);
  }

  async enqueue(message: Job): Promise<void> {
    const key = jobKeyOf(message);
    this.#waiting.set(
      key,
      this.#waiting.get(key) ?? { message: { ...currentJobOrigin(), ...message }, since: this.#now },
    );
    this.#wake();
  }

  async lease(count: number, leaseMs: number): Promise<readonly Job[]> {
    this.#returnExpiredLeases();
    const leased: Job[] = [];
    for (const [key, { message }] of this.#waiting) {
      if (leased.length >= count) break;
      this.#waiting.delete(key);
      this.#leased.set(key, { message, until: this.#now + leaseMs });
      leased.push(message);
    }
    this.#recordLeased(leased.length);
    return leased;
  }

  async complete(message: Job): Promise<void> {
    this.#leased.delete(jobKeyOf(message));
  }

  async estimateBacklogSeconds(): Promise<number> {
    const [oldest] = this.#waiting.values();
    const age = oldest ? Math.max(0, this.#now - oldest.since) / 1000 : 0;
    const jobsPerSecond = this.#jobsPerSecond();
    return age < 1 || jobsPerSecond === 0 ? age : Math.max(age, this.#waiting.size / jobsPerSecond);
  }

  onEnqueue(wake: () => void): void {
    this.#wake = wake;
  }

  snapshot(): Job[] {
    return [...this.#leased.values(), ...this.#waiting.values()].map(({ message }) => message);
  }

  restore(messages: readonly Job[]): void {
    for (const message of messages) this.#waiting.set(jobKeyOf(message), { message, since: this.#now });
  }

  get #now(): number {
    return this.clock.now().getTime();
  }

  get #second(): number {
    return Math.floor(this.#now / 1000);
  }

  #recordLeased(taken: number): void {
    const { second, taken: soFar } = this.#throughput;
    if (taken === 0) return;
    if (second === this.#second) this.#throughput.taken += taken;
    else this.#throughput = { second: this.#second, taken, before: second === this.#second - 1 ? soFar : 0 };
  }

  /** Messages taken in a second, of the last two. */
  #jobsPerSecond(): number {
    const { second, taken, before } = this.#throughput;
    if (second === this.#second) return Math.max(taken, before);
    return second === this.#second - 1 ? taken : 0;
  }

  #returnExpiredLeases(): void {
    for (const [key, { message, until }] of this.#leased) {
      if (until > this.#now) continue;
      this.#leased.delete(key);
      this.#waiting.set(key, { message, since: until });
    }
  }
}

const jobKeyOf = ({ kind, reference }: Job): string => `${kind} ${reference}`;
