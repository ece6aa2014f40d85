/** What a request may carry; `json` sets the content type, `basic` and `bearer` the authorization. */
export interface RequestOptions {
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Identifier and password. */
  readonly basic?: readonly [string, string];
  readonly bearer?: string;
  /** Gives up after so many ms; default 15 000. */
  readonly timeoutMs?: number;
}

export interface Reply<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body if its content type is JSON, else undefined. */
  readonly json: T;
}

export const REQUEST_TIMEOUT_MS = 15_000;

export function requestHeaders({ json, basic, bearer, headers }: RequestOptions): Record<string, string> {
  const login = basic && Buffer.from(basic.join(':')).toString('base64');
  return {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(login ? { authorization: `Basic ${login}` } : {}),
    ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    ...headers,
  };
}

export const requestBody = ({ json, body }: RequestOptions): string | Uint8Array<ArrayBuffer> | undefined =>
  json === undefined ? body : JSON.stringify(json);

export function toReply<T>(status: number, headers: Headers, text: string): Reply<T> {
  const isJson = /^application\/([^;]+\+)?json\b/.test(headers.get('content-type') ?? '');
  return { status, headers, text, json: (isJson && text ? JSON.parse(text) : undefined) as T };
}

/** One request by fetch; redirects are not followed. */
export async function send<T = unknown>(url: string, method: string, o: RequestOptions = {}): Promise<Reply<T>> {
  const body = requestBody(o);
  const response = await fetch(url, {
    method,
    headers: requestHeaders(o),
    redirect: 'manual',
    signal: AbortSignal.timeout(o.timeoutMs ?? REQUEST_TIMEOUT_MS),
    ...(body === undefined ? {} : { body }),
  });
  return toReply<T>(response.status, response.headers, await response.text());
}
