interface Answer {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, object>;
}
interface Operation {
  security?: readonly Record<string, unknown>[];
  responses: Record<string, Answer>;
}
/** What of an OpenAPI document is looked at here. */
interface Document {
  paths: object;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDocument' } } };
const text = (description: string) => ({ description, schema: { type: 'string' } });
const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 1 } } };

/** What can befall every request of a kind, so that no route has to say it. */
const EVERY: Record<number, string> = {
  400: 'Not valid HTTP, or not readable',
  408: 'Took too long to arrive',
  414: 'The address is too long',
  417: 'An expectation that nobody meets',
  431: 'The header block is too large',
  503: 'Something this depends on is away, or too much is asked for. Try again',
};
const WITH_CREDENTIALS: Record<number, string> = { 401: 'No valid credentials' };
const WITH_TOKEN: Record<number, string> = { 403: 'Not with this token: its role, its scope or where it comes from' };
/** A write, with a body or without one: an unwanted body is refused, too. */
const OF_WRITES: Record<number, string> = {
  413: 'The body is too large',
  415: 'The body is no JSON in UTF-8',
  422: 'Well-formed, but not acceptable',
};

/** Completes a document with the answers that no single route is the reason of, and the headers of all. */
export function completeDocument<Doc extends Document>(document: Doc): Doc {
  for (const operations of Object.values(document.paths))
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>))
      if (METHODS.includes(method)) complete(operation, method);
  return document;
}

function complete(operation: Operation, method: string): void {
  const schemes = (operation.security ?? []).flatMap((one) => Object.keys(one));
  const common = {
    ...EVERY,
    ...(schemes.length > 0 ? WITH_CREDENTIALS : {}),
    ...(schemes.includes('bearer') ? WITH_TOKEN : {}),
    ...(method === 'get' ? {} : OF_WRITES),
  };
  for (const [status, description] of Object.entries(common))
    operation.responses[status] ??= { description, content: PROBLEM };
  for (const [status, answer] of Object.entries(operation.responses)) answer.headers = headersOf(status, answer);
}

function headersOf(status: string, { headers = {} }: Answer): Record<string, object> {
  return {
    'X-Correlation-Id': text('What was sent, or a fresh one'),
    ...(status === '401' ? { 'WWW-Authenticate': text('RFC 9110, 11.6.1') } : {}),
    ...(status === '429' || status === '503' ? RETRY_AFTER : {}),
    ...headers,
  };
}
