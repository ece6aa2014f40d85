import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface NdjsonLine {
  /** Line number, starting at 1. */
  readonly number: number;
  /** Null when the line exceeds the size limit. */
  readonly bytes: Buffer | null;
  /** Bytes of the file up to and including this line. */
  readonly end: number;
}

/** Yields the non-blank lines of a file. At most one chunk and one line are in memory. */
export async function* readNdjsonLines(file: string, maxBytes: number): AsyncGenerator<NdjsonLine> {
  let [number, end, lineBytes, parts]: [number, number, number, Buffer[]] = [0, 0, 0, []];
  const line = (): NdjsonLine | undefined => {
    const bytes = lineBytes > maxBytes ? null : trimmed(Buffer.concat(parts), ++number);
    if (bytes === null) number++;
    [lineBytes, parts] = [0, []];
    return bytes?.length === 0 ? undefined : { number, bytes, end };
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, at);
      const part = chunk.subarray(at, newline < 0 ? chunk.length : newline);
      lineBytes += part.length;
      // The rest of a line that is too long is discarded.
      if (lineBytes <= maxBytes) parts.push(part);
      end += newline < 0 ? part.length : part.length + 1;
      at = newline < 0 ? chunk.length : newline + 1;
      const complete = newline < 0 ? undefined : line();
      if (complete) yield complete;
    }
  }
  const last = lineBytes > 0 ? line() : undefined;
  if (last) yield last;
}

/** Removes the byte order mark of the first line and the carriage return at the end of each line. */
function trimmed(bytes: Buffer, number: number): Buffer {
  const start = number === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  return bytes.subarray(start, bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length);
}
