/** Far larger than the metadata and keys of any known identity server. */
const MAX_RESPONSE_BYTES = 256 * 1024;

/**
 * Fetches a JSON document of another server. Follows no redirect, and fails when the response is too large or too late.
 * @returns undefined when there is no such document (404)
 */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new Error(`the response status is ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) throw new Error(`the response is larger than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the response is not JSON'); // the parser's message would quote the response
  }
}
