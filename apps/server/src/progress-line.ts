const EVERY_MS = { terminal: 100, file: 5_000 };
const WIDTH = 30;

/** How far something is: a bar at a terminal, and a line every five seconds elsewhere. */
export class ProgressLine {
  #shown = Number.NEGATIVE_INFINITY;
  #open = false;
  readonly #begun = performance.now();

  constructor(private readonly out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>) {}

  /** @param part done of all, 0 to 1; undefined: nobody knows */
  show(count: number, part?: number): void {
    const now = performance.now();
    if (now - this.#shown < (this.out.isTTY ? EVERY_MS.terminal : EVERY_MS.file)) return;
    this.#shown = now;
    const rate = Math.round((count / Math.max(1, now - this.#begun)) * 1_000);
    const done = part === undefined ? '' : `${(100 * part).toFixed(0).padStart(3)} %  `;
    const text = `${done}${count} lines, ${rate}/s`;
    if (!this.out.isTTY) return void this.out.write(`${text}\n`);
    this.#open = true;
    this.out.write(`\r${part === undefined ? '' : bar(part)}${text}\u001b[K`);
  }

  end(): void {
    if (this.#open) this.out.write('\r\u001b[K');
    this.#open = false;
  }
}

function bar(part: number): string {
  const full = Math.round(WIDTH * Math.min(1, part));
  return `[${'#'.repeat(full)}${' '.repeat(WIDTH - full)}] `;
}
