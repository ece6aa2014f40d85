/** Where something stands in a list, which is in the order of creation. */
export interface PagePosition {
  /** To the millisecond. */
  readonly at: Date;
  /** A UUID: what was made at the same moment is in the order of ids. */
  readonly id: string;
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  /** The page begins behind this place; null: at the start. */
  readonly after: PagePosition | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of the last item, when there are more behind it. */
  readonly next: PagePosition | null;
}

/** A page of rows that were read with one more than wanted: the one more tells that there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => PagePosition,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), next: last !== undefined && rows.length > limit ? placeOf(last) : null };
}
