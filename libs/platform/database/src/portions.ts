/** SQL Server takes 2 100 values in one statement. */
const PORTION = 1_000;

export const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** Finds what belongs to each of them, some at a time. */
export async function gathered<Row>(
  ids: readonly string[],
  query: (some: readonly string[]) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let at = 0; at < ids.length; at += PORTION) found.push(...(await query(padded(ids.slice(at, at + PORTION)))));
  return found;
}

/** Does it to some of them at a time. @returns how many rows were touched altogether */
export async function inPortions(
  ids: readonly string[],
  statement: (some: readonly string[]) => Promise<number>,
): Promise<number> {
  let touched = 0;
  for (let at = 0; at < ids.length; at += PORTION) touched += await statement(padded(ids.slice(at, at + PORTION)));
  return touched;
}

/** To the next power of two, by repeating the last: a handful of texts instead of a thousand, each planned once. */
export function padded(ids: readonly string[]): readonly string[] {
  const length = Math.min(PORTION, 2 ** Math.ceil(Math.log2(ids.length)));
  return [...ids, ...Array.from({ length: length - ids.length }, () => ids.at(-1) ?? '')];
}
