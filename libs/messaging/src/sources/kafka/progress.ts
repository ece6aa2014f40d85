/** How far one partition is done. Offsets come in ascending order, with gaps. */
export class Progress {
  /** Those that are not behind a confirmed commit, in order, and whether they are done. */
  readonly #taken = new Map<bigint, boolean>();
  #highest = -1n;

  knows(offset: bigint): boolean {
    return this.#taken.has(offset);
  }

  /** Somebody else has moved the group back, beyond what is kept here. */
  isBehind(offset: bigint): boolean {
    return offset <= this.#highest && !this.knows(offset);
  }

  take(offset: bigint): void {
    this.#taken.set(offset, false);
    this.#highest = offset;
  }

  finish(offset: bigint): void {
    if (this.#taken.has(offset)) this.#taken.set(offset, true);
  }

  /** The offset to go on from: everything before it is done. Undefined when nothing is to be committed. */
  due(): bigint | undefined {
    let last: bigint | undefined;
    for (const [offset, done] of this.#taken) {
      if (!done) break;
      last = offset;
    }
    return last === undefined ? undefined : last + 1n;
  }

  /** What is behind it need not be known any more. */
  committed(due: bigint): void {
    for (const offset of this.#taken.keys()) {
      if (offset >= due) return;
      this.#taken.delete(offset);
    }
  }
}
