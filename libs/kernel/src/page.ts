/** A position in a list that is in order of creation. */
export interface PagePosition {
  /** Creation time, to the millisecond. */
  readonly at: Date;
  /** A UUID. Items with the same creation time are in order of id. */
  readonly id: string;
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  /** The page begins after this position; null means at the start. */
  readonly after: PagePosition | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Position of the last item, when more items follow. */
  readonly next: PagePosition | null;
}

/** Builds a page from up to `limit + 1` rows: the extra row shows that there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => PagePosition,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), next: last !== undefined && rows.length > limit ? positionOf(last) : null };
}
