import type { HashOwner, HashPriority, HashTicket } from '#kernel';

const HIGHEST_FIRST: readonly HashPriority[] = ['activation', 'login', 'rehash'];
const OLDEST_FIRST_INTERVAL = 4;

/** A source, a customer, or the program itself, while any of its jobs wait or run. */
interface QueueOwner {
  readonly key: string;
  /** Waiting and running jobs. */
  jobs: number;
  /** The turn at which one of its jobs was last taken. */
  servedAt: number;
}

interface QueueEntry<T> {
  readonly waiting: T;
  readonly arrivedAt: number;
  /** At least one owner. */
  readonly owners: readonly QueueOwner[];
}

/** Background work: it displaces no requests, and no request displaces it. */
export const isBackground = ({ source, customerId }: HashOwner): boolean => source === null && customerId === null;

/**
 * Queue of jobs that wait for a hash thread. A higher priority goes first; within one priority, owners take turns, so that
 * more requests do not give an owner more throughput. A job belongs to its source and its customer, and waits for the turn of
 * both. Every fourth turn goes to the job that has waited longest, so that none starves: a burst of activations leaves a
 * quarter of the threads to other jobs, and a flood of logins takes no more than that from activations.
 */
export class HashQueue<T extends HashTicket> {
  readonly #byArrival: QueueEntry<T>[] = [];
  readonly #owners = new Map<string, QueueOwner>();
  #sequence = 0;
  #dequeues = 0;
  #backgroundSize = 0;

  get size(): number {
    return this.#byArrival.length;
  }

  /** Waiting jobs, without background work. */
  get foregroundSize(): number {
    return this.#byArrival.length - this.#backgroundSize;
  }

  /** Waiting and running jobs of this source or this customer, whichever has more. */
  shareOf(owner: HashOwner): number {
    return Math.max(...keysOf(owner).map((key) => this.#owners.get(key)?.jobs ?? 0));
  }

  /** Counts a running job for its owners until the returned function is called. */
  trackRunning(ticket: HashTicket): () => void {
    const owners = this.#acquireOwners(ticket);
    return () => this.#releaseOwners(owners);
  }

  enqueue(waiting: T): void {
    if (isBackground(waiting)) this.#backgroundSize++;
    this.#byArrival.push({ waiting, arrivedAt: ++this.#sequence, owners: this.#acquireOwners(waiting) });
  }

  /** Removes and returns the next job. */
  dequeue(): T | undefined {
    this.#dequeues++;
    const next = this.#dequeues % OLDEST_FIRST_INTERVAL === 0 ? this.#byArrival[0] : this.#nextFairly();
    if (next === undefined) return undefined;
    const moment = ++this.#sequence;
    for (const owner of next.owners) owner.servedAt = moment;
    return this.#removeEntry(next);
  }

  /**
   * Evicts a job to make room: the youngest job of the owner with the most jobs, of the lowest priority below the given one.
   * Within the same priority, only if that brings the two owners closer to each other.
   */
  evictFor(by: HashTicket): T | undefined {
    const victim = this.#findEvictionCandidate(by);
    return victim && this.#removeEntry(victim);
  }

  canEvictFor(by: HashTicket): boolean {
    return this.#findEvictionCandidate(by) !== undefined;
  }

  /** False when the job was no longer waiting. */
  remove(waiting: T): boolean {
    const entry = this.#byArrival.find((queued) => queued.waiting === waiting);
    return entry !== undefined && this.#removeEntry(entry) !== undefined;
  }

  /** Removes and returns all jobs. */
  clear(): readonly T[] {
    return [...this.#byArrival].map((entry) => this.#removeEntry(entry));
  }

  /**
   * Within the highest priority, the job whose owners have waited longest: since it arrived or since an owner was last served.
   */
  #nextFairly(): QueueEntry<T> | undefined {
    for (const priority of HIGHEST_FIRST) {
      let next: QueueEntry<T> | undefined;
      for (const entry of this.#byArrival) {
        if (entry.waiting.priority !== priority) continue;
        if (next === undefined || fairnessRankOf(entry) < fairnessRankOf(next)) next = entry;
      }
      if (next) return next;
    }
    return undefined;
  }

  #findEvictionCandidate(by: HashTicket): QueueEntry<T> | undefined {
    const below = HIGHEST_FIRST.slice(HIGHEST_FIRST.indexOf(by.priority) + 1).toReversed();
    for (const priority of below) {
      const victim = this.#newestOfLargestOwner(priority);
      if (victim) return victim;
    }
    const victim = this.#newestOfLargestOwner(by.priority);
    return victim && shareOf(victim) > this.shareOf(by) + 1 ? victim : undefined;
  }

  #newestOfLargestOwner(priority: HashPriority): QueueEntry<T> | undefined {
    let found: QueueEntry<T> | undefined;
    for (const entry of this.#byArrival) {
      if (entry.waiting.priority !== priority || isBackground(entry.waiting)) continue;
      if (found === undefined || shareOf(entry) >= shareOf(found)) found = entry;
    }
    return found;
  }

  #removeEntry(entry: QueueEntry<T>): T {
    this.#byArrival.splice(this.#byArrival.indexOf(entry), 1);
    if (isBackground(entry.waiting)) this.#backgroundSize--;
    this.#releaseOwners(entry.owners);
    return entry.waiting;
  }

  #acquireOwners(ticket: HashTicket): readonly QueueOwner[] {
    return keysOf(ticket).map((key) => {
      const owner = this.#owners.get(key) ?? { key, jobs: 0, servedAt: 0 };
      this.#owners.set(key, owner);
      owner.jobs++;
      return owner;
    });
  }

  #releaseOwners(owners: readonly QueueOwner[]): void {
    for (const owner of owners) {
      owner.jobs--;
      // Its next job will arrive later than the last one was taken: there is nothing to store.
      if (owner.jobs === 0) this.#owners.delete(owner.key);
    }
  }
}

const fairnessRankOf = ({ arrivedAt, owners }: QueueEntry<unknown>): number =>
  owners.reduce((latest, { servedAt }) => Math.max(latest, servedAt), arrivedAt);

const shareOf = ({ owners }: QueueEntry<unknown>): number => owners.reduce((max, { jobs }) => Math.max(max, jobs), 0);

function keysOf(owner: HashOwner): readonly string[] {
  if (isBackground(owner)) return ['background'];
  const { source, customerId } = owner;
  return [...(source === null ? [] : [`source:${source}`]), ...(customerId === null ? [] : [`customer:${customerId}`])];
}
