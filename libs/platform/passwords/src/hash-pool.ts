import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { HashingBusy, type HashTicket, Unavailable } from '#kernel';
import { HashDurationEstimate } from './hash-duration-estimate.js';
import type { HashJob } from './hash-job.js';
import { HashQueue, isBackground } from './hash-queue.js';
import { HashThread } from './hash-thread.js';

const MAX_QUEUED_SECONDS = 2;
/**
 * Maximum share of the queue for one source or one customer, so that others find room. Does not apply to activations, which
 * require a correct code.
 */
const MAX_OWNER_SECONDS = 1;

export interface HashPoolOptions {
  /** bcrypt cost of most jobs; the basis of the first duration estimate. */
  readonly cost: number;
  /** Maximum threads. Default: cores − 1, at least 1, so that hashing never takes the last core. */
  readonly threads?: number;
  /** Milliseconds until an idle thread is stopped, 60 000 by default; starting one again takes about 50. */
  readonly idleMs?: number;
  readonly workerUrl?: URL;
}

interface WaitingJob extends HashTicket {
  resolve(thread: Promise<HashThread>): void;
  reject(reason: unknown): void;
}

/**
 * Low-priority hashing threads, started on demand, behind a queue of at most two seconds of work (OWASP ASVS 15.2.2). One
 * source or one customer gets at most half of that, including its running jobs. Activations are exempt, because they require a
 * correct code. When the queue is full, a job of a higher priority, or of an owner with fewer jobs, replaces the youngest job
 * of the owner with the most jobs.
 */
export class HashPool {
  readonly #threads = new Set<HashThread>();
  readonly #queue = new HashQueue<WaitingJob>();
  readonly #duration: HashDurationEstimate;
  readonly #maxThreads: number;
  readonly #idleMs: number;
  readonly #workerUrl: URL;
  #idle: HashThread[] = [];
  #running = 0;
  #closed = false;

  constructor(options: HashPoolOptions) {
    this.#duration = new HashDurationEstimate(options.cost);
    this.#maxThreads = options.threads ?? Math.max(1, availableParallelism() - 1);
    this.#idleMs = options.idleMs ?? 60_000;
    this.#workerUrl = options.workerUrl ?? new URL('./hash-worker.js', import.meta.url);
  }

  /** Jobs in the queue. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Jobs on a thread. */
  get running(): number {
    return this.#running;
  }

  /** Live threads, busy or idle. */
  get threads(): number {
    return this.#threads.size;
  }

  /**
   * @param signal of one request: its job leaves the queue when the client disconnects; a hash that has begun is finished
   * @throws HashingBusy when there is no room for this ticket, or when another job replaced it
   * @throws Unavailable when the thread died, or the pool was closed
   */
  async run(job: HashJob, ticket: HashTicket, signal?: AbortSignal): Promise<string | boolean> {
    signal?.throwIfAborted();
    if (this.#closed) throw new Unavailable();
    const thread = await (this.#hasFreeThread() ? this.#freeThread() : this.#waitForThread(ticket, signal));
    return this.#runOn(thread, job, ticket);
  }

  /** @throws HashingBusy when a job with this ticket would be rejected now */
  assertCapacity(ticket: HashTicket): void {
    if (this.#hasFreeThread() || isBackground(ticket)) return;
    if (!this.#isWithinOwnerShare(ticket) || !(this.#hasRoom() || this.#queue.canEvictFor(ticket)))
      throw this.#busyError();
  }

  /** Returns at once: waiting and running jobs are rejected with Unavailable. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#queue.clear()) waiting.reject(new Unavailable());
    for (const thread of this.#threads) thread.stop();
  }

  async #runOn(thread: HashThread, job: HashJob, ticket: HashTicket): Promise<string | boolean> {
    this.#running++;
    const done = this.#queue.trackRunning(ticket);
    try {
      const { value, ms } = await thread.run(job);
      this.#duration.addSample(ms);
      return value;
    } finally {
      this.#running--;
      done();
      if (this.#threads.has(thread)) this.#releaseThread(thread);
    }
  }

  #waitForThread({ priority, source, customerId }: HashTicket, signal?: AbortSignal): Promise<HashThread> {
    this.#assertOrMakeRoom({ priority, source, customerId });
    return new Promise((resolve, reject) => {
      const waiting = { priority, source, customerId, resolve, reject };
      this.#queue.enqueue(waiting);
      const leave = () => this.#queue.remove(waiting) && reject(signal?.reason);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #assertOrMakeRoom(ticket: HashTicket): void {
    if (isBackground(ticket)) return;
    if (!this.#isWithinOwnerShare(ticket)) throw this.#busyError();
    if (this.#hasRoom()) return;
    const pushedOut = this.#queue.evictFor(ticket);
    if (pushedOut === undefined) throw this.#busyError();
    pushedOut.reject(this.#busyError());
  }

  #hasRoom(): boolean {
    return this.#estimateSeconds(this.#queue.foregroundSize + 1) <= MAX_QUEUED_SECONDS;
  }

  /** Each owner may have one job, however long a hash takes. */
  #isWithinOwnerShare(ticket: HashTicket): boolean {
    if (ticket.priority === 'activation') return true;
    const share = this.#queue.shareOf(ticket);
    return share === 0 || this.#estimateSeconds(share + 1) <= MAX_OWNER_SECONDS;
  }

  #busyError(): HashingBusy {
    const wait = Math.max(1, Math.ceil(this.#estimateSeconds(this.waiting)));
    return new HashingBusy('The service is very busy right now. Please try again.', wait + randomInt(3));
  }

  #estimateSeconds(jobs: number): number {
    return this.#duration.estimateSeconds(jobs, this.#maxThreads);
  }

  #hasFreeThread(): boolean {
    return this.#idle.length > 0 || this.#threads.size < this.#maxThreads;
  }

  /** Async, so that a thread that fails to start fails one job and not the process. */
  async #freeThread(): Promise<HashThread> {
    return this.#idle.pop() ?? this.#startThread();
  }

  #startThread(): HashThread {
    const thread = HashThread.start(this.#workerUrl, () => this.#removeThread(thread));
    this.#threads.add(thread);
    return thread;
  }

  #releaseThread(thread: HashThread): void {
    this.#idle.push(thread);
    thread.stopAfterIdle(this.#idleMs);
    this.#assignThreads();
  }

  #removeThread(thread: HashThread): void {
    this.#threads.delete(thread);
    this.#idle = this.#idle.filter((other) => other !== thread);
    this.#assignThreads();
  }

  #assignThreads(): void {
    while (this.waiting > 0 && this.#hasFreeThread()) this.#queue.dequeue()?.resolve(this.#freeThread());
  }
}
