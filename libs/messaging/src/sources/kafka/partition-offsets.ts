/** How far one partition is done. Offsets come in ascending order, with gaps. */
export class PartitionOffsets {
  /** Those that are not behind a confirmed commit, in order, and whether they are done. */
  readonly #processedByOffset = new Map<bigint, boolean>();
  #highest = -1n;

  isTracked(offset: bigint): boolean {
    return this.#processedByOffset.has(offset);
  }

  /** Somebody else has moved the group back, beyond what is kept here. */
  isRewoundTo(offset: bigint): boolean {
    return offset <= this.#highest && !this.isTracked(offset);
  }

  track(offset: bigint): void {
    this.#processedByOffset.set(offset, false);
    this.#highest = offset;
  }

  markProcessed(offset: bigint): void {
    if (this.#processedByOffset.has(offset)) this.#processedByOffset.set(offset, true);
  }

  /** The offset to go on from: everything before it is done. Undefined when nothing is to be committed. */
  nextCommitOffset(): bigint | undefined {
    let last: bigint | undefined;
    for (const [offset, done] of this.#processedByOffset) {
      if (!done) break;
      last = offset;
    }
    return last === undefined ? undefined : last + 1n;
  }

  /** What is behind it need not be known any more. */
  forgetCommitted(commitOffset: bigint): void {
    for (const offset of this.#processedByOffset.keys()) {
      if (offset >= commitOffset) return;
      this.#processedByOffset.delete(offset);
    }
  }
}
