import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply, RequestOptions } from './http-message.js';
import { encodeRequest, RawConnection } from './raw-http.js';

export interface RaceRequest extends RequestOptions {
  readonly method: string;
  /** With the query, e.g. `/v1/registrations`. */
  readonly path: string;
}

export interface RaceResult {
  /** In the order of the requests. */
  readonly replies: readonly Reply[];
  /** From the first last byte to the last one, as written, in ms. */
  readonly spreadMs: number;
}

/**
 * Lets requests arrive at once (last-byte-sync): every request gets its own keep-alive connection, all but its last
 * byte is sent, and when all servers had `settleMs` (default 50) to read that, the last bytes follow in one go.
 * Several base addresses take turns: request 0 goes to the first, request 1 to the second, …
 */
export async function race(
  base: string | readonly string[],
  requests: readonly RaceRequest[],
  o: { settleMs?: number; timeoutMs?: number } = {},
): Promise<RaceResult> {
  const bases = [base].flat();
  const runners = await Promise.all(
    requests.map((request, i) => prepare(bases[i % bases.length] ?? '', request, o.timeoutMs)),
  );
  await sleep(o.settleMs ?? 50);
  const start = performance.now();
  for (const { connection, last } of runners) connection.write(last).catch(() => {}); // the replies tell
  const spreadMs = performance.now() - start;
  try {
    return { replies: await Promise.all(runners.map(({ connection }) => connection.reply)), spreadMs };
  } finally {
    for (const { connection } of runners) connection.close();
  }
}

async function prepare(base: string, request: RaceRequest, timeoutMs?: number) {
  const bytes = encodeRequest(base, request.method, request.path, request);
  const connection = await RawConnection.open(base, timeoutMs);
  await connection.write(bytes.subarray(0, -1));
  return { connection, last: bytes.subarray(-1) };
}
