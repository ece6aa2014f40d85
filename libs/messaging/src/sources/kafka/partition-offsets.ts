/** Tracks the processed offsets of one partition. Offsets are ascending, with gaps. */
export class PartitionOffsets {
  /** The offsets after the last confirmed commit, in order, and whether they are processed. */
  readonly #processedByOffset = new Map<bigint, boolean>();
  #highest = -1n;

  isTracked(offset: bigint): boolean {
    return this.#processedByOffset.has(offset);
  }

  /** Whether the group's offset was reset to before the tracked offsets. */
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

  /** The offset to commit: all records before it are processed. Undefined if there is nothing to commit. */
  nextCommitOffset(): bigint | undefined {
    let last: bigint | undefined;
    for (const [offset, done] of this.#processedByOffset) {
      if (!done) break;
      last = offset;
    }
    return last === undefined ? undefined : last + 1n;
  }

  /** Drops the offsets before a confirmed commit. */
  forgetCommitted(commitOffset: bigint): void {
    for (const offset of this.#processedByOffset.keys()) {
      if (offset >= commitOffset) return;
      this.#processedByOffset.delete(offset);
    }
  }
}
