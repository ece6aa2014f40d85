import { Worker } from 'node:worker_threads';
import { Unavailable } from '#kernel';
import type { HashJob, HashResult, HashWorkerReply } from './hash-job.js';

interface PendingJob {
  resolve(result: HashResult): void;
  reject(error: Error): void;
}

/**
 * A worker thread that runs one job at a time. It costs about 8 MB and 50 ms to start, and cannot be used again after it has
 * ended.
 */
export class HashThread {
  readonly #worker: Worker;
  #pending: PendingJob | undefined;
  #cause: unknown;
  #idle: NodeJS.Timeout | undefined;
  #ended = false;

  private constructor(
    workerUrl: URL,
    private readonly onEnd: () => void,
  ) {
    // The environment is not passed on: it contains secrets, and loaders and source maps cost memory.
    this.#worker = new Worker(workerUrl, { name: 'hash', env: {}, execArgv: [] });
    this.#worker.on('message', (answer: HashWorkerReply) => this.#settle(answer));
    this.#worker.on('error', (error) => {
      this.#cause = error;
    });
    this.#worker.on('exit', () => this.#end());
    this.#worker.unref();
  }

  /**
   * @param onEnd called once, asynchronously, when the thread has died or was stopped
   * @throws Unavailable when the system cannot start a thread
   */
  static start(workerUrl: URL, onEnd: () => void): HashThread {
    try {
      return new HashThread(workerUrl, onEnd);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** @throws Unavailable when the thread ends before it has answered */
  run(job: HashJob): Promise<HashResult> {
    if (this.#ended) return Promise.reject(unavailable(this.#cause));
    clearTimeout(this.#idle);
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#worker.postMessage(job);
    });
  }

  /** Stops the thread unless it gets a job within `ms` milliseconds. */
  stopAfterIdle(ms: number): void {
    this.#idle = setTimeout(() => this.stop(), ms).unref();
  }

  /** Rejects its job at once. bcrypt cannot be interrupted, so the thread ends after its current hash. */
  stop(): void {
    this.#end();
    void this.#worker.terminate();
  }

  #settle(answer: HashWorkerReply): void {
    this.#worker.unref();
    if ('error' in answer) this.#pending?.reject(new Error(answer.error));
    else this.#pending?.resolve(answer);
    this.#pending = undefined;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#idle);
    this.#pending?.reject(unavailable(this.#cause));
    this.onEnd();
  }
}

function unavailable(cause: unknown): Unavailable {
  return new Unavailable(undefined, undefined, { cause });
}
