/** The last ids that were handled. Delivery is at least once: what comes again within this window is known. */
export class RecentIds {
  readonly #ids = new Set<string>();

  constructor(private readonly maxIds = 10_000) {}

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= this.maxIds) return;
    const [oldest = ''] = this.#ids;
    this.#ids.delete(oldest);
  }
}
