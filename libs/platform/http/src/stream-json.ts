/** Characters in a chunk: few enough for little memory, enough to avoid thousands of chunks. */
const CHUNK_LENGTH = 16 * 1024;

/**
 * Yields the text of a JSON document in chunks. An async iterable in it is written as an array, whose next item is read only
 * when the previous text has been consumed, so the whole document is never in memory.
 */
export async function* streamJson(document: unknown): AsyncGenerator<string> {
  let piece = '';
  for await (const text of serialize(document)) {
    piece += text;
    if (piece.length < CHUNK_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

async function* serialize(value: unknown): AsyncGenerator<string> {
  if (isAsyncIterable(value)) return yield* serializeArray(value);
  if (!isRecord(value) || !holdsAsyncIterable(value)) return yield JSON.stringify(value);
  let separator = '{';
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    yield* serialize(member);
    separator = ',';
  }
  yield '}';
}

async function* serializeArray(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = '[';
  for await (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  isRecord(value) && Symbol.asyncIterator in value;

const holdsAsyncIterable = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.values(value).some((member) => isAsyncIterable(member) || (isRecord(member) && holdsAsyncIterable(member)));
