import { Unavailable } from '#kernel';

const FAILURE_THRESHOLD = 5;
const FAILURE_WINDOW_MS = 10_000;
const OPEN_MS = 2_000;

/**
 * After five failures in ten seconds the circuit opens for two seconds. Then one call at a time goes through until one
 * succeeds. Callers get their 503 at once instead of waiting for a timeout, and the dependency can recover.
 */
export class CircuitBreaker {
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

  /** @param isFailure distinguishes an unavailable dependency from a caller's mistake */
  async run<T>(work: () => Promise<T>, isFailure: (error: unknown) => boolean): Promise<T> {
    if (this.isOpen && (this.#probing || this.now() < this.#openUntil)) throw new Unavailable();
    const probe = this.isOpen;
    this.#probing = probe;
    try {
      const result = await work();
      if (probe) this.#close();
      return result;
    } catch (error) {
      if (isFailure(error)) this.#recordFailure();
      else if (probe) this.#close();
      throw error;
    } finally {
      if (probe) this.#probing = false;
    }
  }

  #recordFailure(): void {
    const now = this.now();
    this.#failures = [...this.#failures.filter((at) => at > now - FAILURE_WINDOW_MS), now];
    if (this.#failures.length < FAILURE_THRESHOLD) return;
    if (!this.isOpen) this.onChange(true);
    this.#openUntil = now + OPEN_MS;
  }

  #close(): void {
    this.#failures = [];
    this.#openUntil = 0;
    this.onChange(false);
  }
}
