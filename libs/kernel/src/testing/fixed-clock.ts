import { setImmediate } from 'node:timers/promises';
import { Clock } from '../index.js';

/** Stands still until it is moved; a pause moves it, and lets everything else have its turn. What was planned for a moment happens when it is reached. */
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

  /** Does this when a pause has reached the moment. */
  after(milliseconds: number, work: () => Promise<void> | void): void {
    this.#plans.push({ at: this.#now + milliseconds, work });
  }
}
