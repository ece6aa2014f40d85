import { exampleOf, type Schema } from './openapi-examples.js';
import type { ProblemEntry } from './problems.controller.js';

interface Media {
  schema?: object;
  example?: unknown;
  examples?: object;
}
interface ResponseObject {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Media>;
}
interface Operation {
  security?: readonly Record<string, unknown>[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, ResponseObject>;
}
/** The parts of an OpenAPI document that are used here. */
interface Document {
  paths: object;
  components?: object;
}
interface Components {
  readonly schemas?: Readonly<Record<string, Schema>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const PROBLEM_JSON = 'application/problem+json';
const PROBLEM_SCHEMA = { $ref: '#/components/schemas/ProblemDocument' };
const text = (description: string) => ({ description, schema: { type: 'string' } });
const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 1 } } };

/** Responses common to every request of a kind, so that no route has to declare them. */
const COMMON_RESPONSES: Record<number, string> = {
  400: 'Not valid HTTP, or not readable',
  408: 'Took too long to arrive',
  414: 'The address is too long',
  417: 'An expectation that nobody meets',
  431: 'The header block is too large',
  503: 'Something this depends on is away, or too much is asked for. Try again',
};
const AUTHENTICATED_RESPONSES: Record<number, string> = { 401: 'No valid credentials' };
const BEARER_RESPONSES: Record<number, string> = {
  403: 'Not with this token: its role, its scope or where it comes from',
};
/** Responses of a write, with or without a body: an unexpected body is rejected, too. */
const WRITE_RESPONSES: Record<number, string> = {
  413: 'The body is too large',
  415: 'The body is no JSON in UTF-8',
  422: 'Well-formed, but not acceptable',
};

/**
 * Completes a document with the responses that are common to all routes, the common headers, and an example for each body
 * without one.
 */
export function completeOpenApiDocument<Doc extends Document>(document: Doc, problems: readonly ProblemEntry[]): Doc {
  const { schemas = {} } = (document.components ?? {}) as Components;
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>))
      if (METHODS.includes(method)) {
        addCommonResponses(operation, method);
        addExamples(operation, path, schemas, problems);
      }
  document.components = { ...document.components, examples: Object.fromEntries(problems.map(problemExample)) };
  return document;
}

function addExamples(
  operation: Operation,
  path: string,
  schemas: Components['schemas'],
  problems: readonly ProblemEntry[],
) {
  const answers = Object.entries(operation.responses).map(
    ([status, { content = {} }]) => [Number(status), content] as const,
  );
  for (const [status, content] of [[0, operation.requestBody?.content ?? {}] as const, ...answers])
    for (const [type, media] of Object.entries(content))
      if (media.example !== undefined || media.examples !== undefined) continue;
      else if (type === PROBLEM_JSON) media.examples = problemExamples(path, status, problems);
      else media.example = exampleOf(media.schema ?? {}, schemas ?? {});
}

/** The codes of the route's own module, then the common ones. */
function problemExamples(path: string, status: number, problems: readonly ProblemEntry[]): object {
  const [, module = ''] = /^\/v1\/([a-z]+?)s?(\/|$)/.exec(path) ?? [];
  const ofStatus = problems.filter((problem) => problem.status === status);
  if (ofStatus.length === 0)
    return Object.fromEntries(problems.filter(isOfAnyStatus).map((problem) => problemExample({ ...problem, status })));
  const fitting = ofStatus.filter(({ code }) => [module, 'request', 'service'].includes(code.split('.', 1)[0] ?? ''));
  const codes = (fitting.length > 0 ? fitting : ofStatus).map(({ code }) => code);
  return Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
}

/** A rejection by the framework keeps the framework's status. */
const isOfAnyStatus = ({ code }: ProblemEntry): boolean => code === 'request.refused';

function problemExample({ code, status, title, detail }: ProblemEntry): [code: string, example: object] {
  const place = { type: `http://127.0.0.1:3000/problems#${code}`, instance: '/v1/registrations/activate' };
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  return [code, { summary: title, value: { ...place, title, status, detail, code, traceId } }];
}

function addCommonResponses(operation: Operation, method: string): void {
  const schemes = (operation.security ?? []).flatMap((scheme) => Object.keys(scheme));
  const common = {
    ...COMMON_RESPONSES,
    ...(schemes.length > 0 ? AUTHENTICATED_RESPONSES : {}),
    ...(schemes.includes('bearer') ? BEARER_RESPONSES : {}),
    ...(method === 'get' ? {} : WRITE_RESPONSES),
  };
  for (const [status, description] of Object.entries(common))
    operation.responses[status] ??= { description, content: { [PROBLEM_JSON]: { schema: PROBLEM_SCHEMA } } };
  for (const [status, answer] of Object.entries(operation.responses)) answer.headers = headersOf(status, answer);
}

function headersOf(status: string, { headers = {} }: ResponseObject): Record<string, object> {
  return {
    'X-Correlation-Id': text('What was sent, or a fresh one'),
    ...(status === '401' ? { 'WWW-Authenticate': text('RFC 9110, 11.6.1') } : {}),
    ...(status === '429' || status === '503' ? RETRY_AFTER : {}),
    ...headers,
  };
}
