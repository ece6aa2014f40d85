import { randomInt } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Log } from '#platform/observability';

/** Cleans up something that would grow without bound. Safe to run on many replicas at once. */
export interface HousekeepingTask {
  readonly name: string;
  /** Number of removed items. */
  run(): Promise<number>;
}

const HOUR_MS = 3_600_000;

/**
 * Runs every chore about once an hour, each replica at its own time. Correctness does not depend on it: expired data is
 * ignored when read.
 */
@Injectable()
export class Housekeeping implements OnApplicationShutdown {
  readonly #tasks: HousekeepingTask[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(private readonly log: Log) {}

  registerTask(task: HousekeepingTask): void {
    this.#tasks.push(task);
  }

  start(): void {
    this.#timer = setTimeout(
      () => {
        this.#running = this.runTasks().finally(() => this.start());
      },
      randomInt(HOUR_MS / 2, HOUR_MS),
    );
    this.#timer.unref();
  }

  async runTasks(): Promise<void> {
    for (const chore of this.#tasks) {
      try {
        const swept = await chore.run();
        if (swept > 0) this.log.info({ chore: chore.name, swept }, 'swept');
      } catch (error) {
        this.log.warn({ chore: chore.name, reason: String(error) }, 'a housekeeping chore failed');
      }
    }
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    clearTimeout(this.#timer);
  }
}
