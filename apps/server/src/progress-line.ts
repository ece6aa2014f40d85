const UPDATE_INTERVAL_MS = { terminal: 100, file: 5_000 };
const BAR_WIDTH = 30;

/** How far something is: a bar at a terminal, and a line every five seconds elsewhere. */
export class ProgressLine {
  #lastShownAt = Number.NEGATIVE_INFINITY;
  #isLineOpen = false;
  readonly #startedAt = performance.now();

  constructor(private readonly out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>) {}

  /** @param fraction done of all, 0 to 1; undefined: nobody knows */
  showProgress(count: number, fraction?: number): void {
    const now = performance.now();
    if (now - this.#lastShownAt < (this.out.isTTY ? UPDATE_INTERVAL_MS.terminal : UPDATE_INTERVAL_MS.file)) return;
    this.#lastShownAt = now;
    const rate = Math.round((count / Math.max(1, now - this.#startedAt)) * 1_000);
    const percentage = fraction === undefined ? '' : `${(100 * fraction).toFixed(0).padStart(3)} %  `;
    const text = `${percentage}${count} lines, ${rate}/s`;
    if (!this.out.isTTY) return void this.out.write(`${text}\n`);
    this.#isLineOpen = true;
    this.out.write(`\r${fraction === undefined ? '' : formatBar(fraction)}${text}\u001b[K`);
  }

  clearLine(): void {
    if (this.#isLineOpen) this.out.write('\r\u001b[K');
    this.#isLineOpen = false;
  }
}

function formatBar(fraction: number): string {
  const full = Math.round(BAR_WIDTH * Math.min(1, fraction));
  return `[${'#'.repeat(full)}${' '.repeat(BAR_WIDTH - full)}] `;
}
