/** A cut that waits for its message. */
export interface Cut {
  /** The message it fell on; undefined while it has not. */
  readonly hit: string | undefined;
  readonly fallen: Promise<string>;
}

type Side = 'before' | 'after' | 'nowhere';

interface Armed {
  readonly side: Side;
  fits(message: string): boolean;
  fall(message: string): void;
}

/** Where connections are to be cut. Messages are counted from the moment a cut is armed. */
export class Cuts {
  #armed: Armed[] = [];

  /** On the n-th message, or on the n-th that fits. */
  arm(side: Side, on: number | RegExp, nth: number): Cut {
    let left = typeof on === 'number' ? on : nth;
    let hit: string | undefined;
    let resolve: (message: string) => void;
    const fallen = new Promise<string>((done) => {
      resolve = done;
    });
    const fits = (message: string): boolean => (typeof on === 'number' || on.test(message)) && --left === 0;
    const fall = (message: string): void => {
      hit = message;
      resolve(message);
    };
    this.#armed.push({ side, fits, fall });
    return {
      fallen,
      get hit() {
        return hit;
      },
    };
  }

  /** The side on which this message is cut off, if it is. */
  fallOn(message: string): Side | undefined {
    const falling = this.#armed.find((armed) => armed.fits(message));
    if (!falling) return undefined;
    this.#armed = this.#armed.filter((armed) => armed !== falling);
    falling.fall(message);
    return falling.side;
  }

  disarm(): void {
    this.#armed = [];
  }
}
