import { Clock } from '#kernel';

/** Stands still until it is moved; a pause moves it. */
export class FixedClock extends Clock {
  #now = Date.parse('2026-03-01T12:00:00.000Z');

  override now(): Date {
    return new Date(this.#now);
  }

  override async pause(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
