/** SQL Server accepts at most 2 100 values in one statement. */
const CHUNK_SIZE = 1_000;

export const placeholderList = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** Runs a query for chunks of the values and concatenates the results. */
export async function queryInChunks<Row>(
  ids: readonly string[],
  query: (chunk: readonly string[]) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let at = 0; at < ids.length; at += CHUNK_SIZE)
    found.push(...(await query(padToPowerOfTwo(ids.slice(at, at + CHUNK_SIZE)))));
  return found;
}

/** Runs a statement for chunks of the values. @returns the total number of affected rows */
export async function executeInChunks(
  ids: readonly string[],
  statement: (chunk: readonly string[]) => Promise<number>,
): Promise<number> {
  let touched = 0;
  for (let at = 0; at < ids.length; at += CHUNK_SIZE)
    touched += await statement(padToPowerOfTwo(ids.slice(at, at + CHUNK_SIZE)));
  return touched;
}

/**
 * Pads the list to the next power of two by repeating the last value, so that a few statement texts, each planned once, cover
 * all lengths.
 */
export function padToPowerOfTwo(ids: readonly string[]): readonly string[] {
  const length = Math.min(CHUNK_SIZE, 2 ** Math.ceil(Math.log2(ids.length)));
  return [...ids, ...Array.from({ length: length - ids.length }, () => ids.at(-1) ?? '')];
}
