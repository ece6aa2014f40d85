import { Unavailable } from '#kernel';
import { currentContext, inContext, type RequestContext } from '../telemetry/request-context.js';

type Work = () => Promise<void>;

interface Waiting {
  readonly work: Work;
  readonly context: RequestContext | undefined;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const MOST = 32;

/**
 * Small units of work that nobody waits for, many to a transaction: while one commits, those of the next come together.
 * One that fails takes no other with it: they run again, each by itself.
 */
export class SharedUnits {
  #waiting: Waiting[] = [];
  #running = false;

  constructor(private readonly run: (work: Work) => Promise<void>) {}

  add(work: Work): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ work, context: currentContext(), done, failed });
      if (!this.#running) void inContext(undefined, () => this.#runAll());
    });
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) await this.#together(this.#waiting.splice(0, MOST));
    this.#running = false;
  }

  async #together(units: readonly Waiting[]): Promise<void> {
    try {
      await this.run(async () => {
        for (const { context, work } of units) await inContext(context, work);
      });
      for (const { done } of units) done();
    } catch (error) {
      // Who is away is not asked once more for each.
      if (units.length === 1 || error instanceof Unavailable) for (const { failed } of units) failed(error);
      else await this.#oneByOne(units);
    }
  }

  async #oneByOne(units: readonly Waiting[]): Promise<void> {
    for (const { context, work, done, failed } of units)
      await inContext(context, () => this.run(work)).then(done, failed);
  }
}
