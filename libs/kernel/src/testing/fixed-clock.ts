import { setImmediate } from 'node:timers/promises';
import { Clock } from '../index.js';

/** A clock that advances only by `advance` and `pause`. A pause also yields to other work and runs scheduled callbacks. */
export class FixedClock extends Clock {
  #now = Date.parse('2026-03-01T12:00:00.000Z');
  #plans: { readonly at: number; readonly work: () => Promise<void> | void }[] = [];

  override now(): Date {
    return new Date(this.#now);
  }

  override async pause(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    const due = this.#plans.filter(({ at }) => at <= this.#now);
    this.#plans = this.#plans.filter(({ at }) => at > this.#now);
    for (const { work } of due) await work();
    await setImmediate();
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Schedules a callback for when a pause reaches this time. */
  after(milliseconds: number, work: () => Promise<void> | void): void {
    this.#plans.push({ at: this.#now + milliseconds, work });
  }
}
