import { Unavailable } from '#kernel';

const FAILURES = 5;
const WITHIN_MS = 10_000;
const REST_MS = 2_000;

/**
 * After five failures in ten seconds a dependency is asked nothing for two seconds, then one call at a time until one
 * succeeds: callers get their 503 at once instead of waiting for a timeout, and the dependency gets room to come back.
 */
export class Breaker {
  #failures: number[] = [];
  #openUntil = 0;
  #probing = false;

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly onChange: (open: boolean) => void = () => undefined,
  ) {}

  get isOpen(): boolean {
    return this.#openUntil > 0;
  }

  /** @param isFailure tells a dependency that is away from a caller's mistake */
  async run<T>(work: () => Promise<T>, isFailure: (error: unknown) => boolean): Promise<T> {
    if (this.isOpen && (this.#probing || this.now() < this.#openUntil)) throw new Unavailable();
    const probe = this.isOpen;
    this.#probing = probe;
    try {
      const result = await work();
      if (probe) this.#close();
      return result;
    } catch (error) {
      if (isFailure(error)) this.#failed();
      else if (probe) this.#close();
      throw error;
    } finally {
      if (probe) this.#probing = false;
    }
  }

  #failed(): void {
    const now = this.now();
    this.#failures = [...this.#failures.filter((at) => at > now - WITHIN_MS), now];
    if (this.#failures.length < FAILURES) return;
    if (!this.isOpen) this.onChange(true);
    this.#openUntil = now + REST_MS;
  }

  #close(): void {
    this.#failures = [];
    this.#openUntil = 0;
    this.onChange(false);
  }
}
