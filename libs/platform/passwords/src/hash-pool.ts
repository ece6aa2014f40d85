import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { HashingBusy, type HashTicket, Unavailable } from '#kernel';
import type { HashJob } from './hash-job.js';
import { HashPace } from './hash-pace.js';
import { HashQueue, isBackground } from './hash-queue.js';
import { HashThread } from './hash-thread.js';

const MOST_QUEUED_SECONDS = 2;
/** Of one source, or of one customer: others find room beside whoever asks most. Not of what a right code was brought for. */
const MOST_OWNED_SECONDS = 1;

export interface HashPoolOptions {
  /** bcrypt cost of most jobs; it gives the first estimate of how long one takes. */
  readonly cost: number;
  /** Most threads at once; without it cores − 1, at least 1, so that hashing never takes the last core. */
  readonly threads?: number;
  /** Milliseconds until a thread without work is stopped, 60 000 by default; starting one again takes about 50. */
  readonly idleMs?: number;
  readonly workerUrl?: URL;
}

interface Waiting extends HashTicket {
  resolve(thread: Promise<HashThread>): void;
  reject(reason: unknown): void;
}

/**
 * Low-priority threads that hash, started on demand, behind a queue of at most two seconds of work (OWASP ASVS 15.2.2).
 * One source or one customer gets at most half of that, with what is hashed for them already; activations aside, which nobody
 * can order without a right code. When the queue is full, somebody of a higher priority, or with fewer jobs in it, takes the
 * place of the youngest job of who has most.
 */
export class HashPool {
  readonly #threads = new Set<HashThread>();
  readonly #queue = new HashQueue<Waiting>();
  readonly #pace: HashPace;
  readonly #most: number;
  readonly #idleMs: number;
  readonly #workerUrl: URL;
  #idle: HashThread[] = [];
  #running = 0;
  #closed = false;

  constructor(options: HashPoolOptions) {
    this.#pace = new HashPace(options.cost);
    this.#most = options.threads ?? Math.max(1, availableParallelism() - 1);
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

  /** Threads alive, busy or idle. */
  get threads(): number {
    return this.#threads.size;
  }

  /**
   * @param signal of one request: whoever has gone away leaves the queue; a hash that has begun is finished
   * @throws HashingBusy when there is no room for this ticket, or when another one took its place
   * @throws Unavailable when the thread died, or the pool was closed
   */
  async run(job: HashJob, ticket: HashTicket, signal?: AbortSignal): Promise<string | boolean> {
    signal?.throwIfAborted();
    if (this.#closed) throw new Unavailable();
    const thread = await (this.#hasFreeThread() ? this.#freeThread() : this.#turn(ticket, signal));
    return this.#runOn(thread, job, ticket);
  }

  /** @throws HashingBusy when a job with this ticket would be refused now */
  refuseWhenFull(ticket: HashTicket): void {
    if (this.#hasFreeThread() || isBackground(ticket)) return;
    if (!this.#hasShare(ticket) || !(this.#hasRoom() || this.#queue.canPushOut(ticket))) throw this.#busy();
  }

  /** Waits for nothing: whatever waits or runs is refused with Unavailable. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#queue.clear()) waiting.reject(new Unavailable());
    for (const thread of this.#threads) thread.stop();
  }

  async #runOn(thread: HashThread, job: HashJob, ticket: HashTicket): Promise<string | boolean> {
    this.#running++;
    const done = this.#queue.run(ticket);
    try {
      const { value, ms } = await thread.run(job);
      this.#pace.measured(ms);
      return value;
    } finally {
      this.#running--;
      done();
      if (this.#threads.has(thread)) this.#rest(thread);
    }
  }

  #turn({ priority, source, customerId }: HashTicket, signal?: AbortSignal): Promise<HashThread> {
    this.#makeRoom({ priority, source, customerId });
    return new Promise((resolve, reject) => {
      const waiting = { priority, source, customerId, resolve, reject };
      this.#queue.add(waiting);
      const leave = () => this.#queue.remove(waiting) && reject(signal?.reason);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #makeRoom(ticket: HashTicket): void {
    if (isBackground(ticket)) return;
    if (!this.#hasShare(ticket)) throw this.#busy();
    if (this.#hasRoom()) return;
    const pushedOut = this.#queue.pushOut(ticket);
    if (pushedOut === undefined) throw this.#busy();
    pushedOut.reject(this.#busy());
  }

  #hasRoom(): boolean {
    return this.#seconds(this.#queue.asked + 1) <= MOST_QUEUED_SECONDS;
  }

  /** However long a hash takes, each may have one. */
  #hasShare(ticket: HashTicket): boolean {
    if (ticket.priority === 'activation') return true;
    const share = this.#queue.shareOf(ticket);
    return share === 0 || this.#seconds(share + 1) <= MOST_OWNED_SECONDS;
  }

  #busy(): HashingBusy {
    const wait = Math.max(1, Math.ceil(this.#seconds(this.waiting)));
    return new HashingBusy('The service is very busy right now. Please try again.', wait + randomInt(3));
  }

  #seconds(jobs: number): number {
    return this.#pace.seconds(jobs, this.#most);
  }

  #hasFreeThread(): boolean {
    return this.#idle.length > 0 || this.#threads.size < this.#most;
  }

  /** Async, so that a thread the system refuses to start fails one job and not the process. */
  async #freeThread(): Promise<HashThread> {
    return this.#idle.pop() ?? this.#start();
  }

  #start(): HashThread {
    const thread = HashThread.start(this.#workerUrl, () => this.#forget(thread));
    this.#threads.add(thread);
    return thread;
  }

  #rest(thread: HashThread): void {
    this.#idle.push(thread);
    thread.rest(this.#idleMs);
    this.#serve();
  }

  #forget(thread: HashThread): void {
    this.#threads.delete(thread);
    this.#idle = this.#idle.filter((other) => other !== thread);
    this.#serve();
  }

  #serve(): void {
    while (this.waiting > 0 && this.#hasFreeThread()) this.#queue.take()?.resolve(this.#freeThread());
  }
}
