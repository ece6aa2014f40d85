/** A cut that waits for its message. */
export interface PendingCut {
  /** The message it fell on; undefined while it has not. */
  readonly matchedMessage: string | undefined;
  readonly triggered: Promise<string>;
}

type CutSide = 'before' | 'after' | 'nowhere';

interface ArmedCut {
  readonly side: CutSide;
  matches(message: string): boolean;
  trigger(message: string): void;
}

/** Where connections are to be cut. Messages are counted from the moment a cut is armed. */
export class ConnectionCuts {
  #armed: ArmedCut[] = [];

  /** On the n-th message, or on the n-th that fits. */
  arm(side: CutSide, on: number | RegExp, nth: number): PendingCut {
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
    this.#armed.push({ side, matches: fits, trigger: fall });
    return {
      triggered: fallen,
      get matchedMessage() {
        return hit;
      },
    };
  }

  /** The side on which this message is cut off, if it is. */
  takeCutFor(message: string): CutSide | undefined {
    const falling = this.#armed.find((armed) => armed.matches(message));
    if (!falling) return undefined;
    this.#armed = this.#armed.filter((armed) => armed !== falling);
    falling.trigger(message);
    return falling.side;
  }

  disarm(): void {
    this.#armed = [];
  }
}
