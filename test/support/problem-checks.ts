import type { Reply } from './http-message.js';
import type { LogLine, Program } from './program.js';

interface Problem {
  readonly type?: unknown;
  readonly title?: unknown;
  readonly status?: unknown;
  readonly detail?: unknown;
  readonly instance?: unknown;
  readonly code?: unknown;
  readonly traceId?: unknown;
  readonly errors?: readonly { readonly pointer?: unknown; readonly code?: unknown; readonly detail?: unknown }[];
}

const MEMBERS = ['type', 'title', 'detail', 'instance', 'code', 'traceId'] as const;
const CODE = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
/** Words of the inside: places in the code, drivers, frameworks, SQL, error classes. */
const INTERNAL_WORDS =
  /node_modules|\.[cm]?[jt]s\b|\bat .+:\d+|[a-z]Error\b|\bstack\b|\b(select|insert|update|delete) .*\b(from|into|set|where)\b|fastify|nestjs|typeorm|ioredis|postgres|amqp|bcrypt|ECONN|FST_|ERR_|EVALSHA|undefined|\[object/i;

/** What an error answer is lacking of contract section 1; nothing when it is as it should be. */
export function findProblemFaults({ status, headers, json, text }: Reply): string[] {
  const faults: string[] = [];
  const type = headers.get('content-type') ?? 'none';
  if (!/^application\/problem\+json(; ?charset=utf-8)?$/.test(type)) return [`its content type is ${type}: ${text}`];
  const problem = json as Problem;
  for (const member of MEMBERS)
    if (typeof problem[member] !== 'string' || problem[member] === '') faults.push(`no ${member}`);
  if (problem.status !== status) faults.push(`status ${String(problem.status)} in the body of a ${status}`);
  if (!CODE.test(String(problem.code))) faults.push(`the code ${String(problem.code)}`);
  if (!String(problem.type).endsWith(`/problems#${String(problem.code)}`))
    faults.push(`the type ${String(problem.type)}`);
  if (String(problem.instance).includes('?')) faults.push('the query in its instance');
  faults.push(...findErrorListFaults(status, problem), ...findHeaderFaults(status, headers));
  const said = JSON.stringify([problem.title, problem.detail, problem.errors?.map(({ detail }) => detail)]);
  const inside = INTERNAL_WORDS.exec(said);
  if (inside) faults.push(`an internal word: ${inside[0]}`);
  return faults;
}

function findErrorListFaults(status: number, { code, errors }: Problem): string[] {
  if (code === 'request.invalid' && !errors?.length) return ['no errors in a validation problem'];
  const good = (errors ?? []).every(
    (each) =>
      /^(\/.*)?$/s.test(String(each.pointer)) && typeof each.code === 'string' && typeof each.detail === 'string',
  );
  return good ? [] : [`errors of a ${status}: ${JSON.stringify(errors)}`];
}

function findHeaderFaults(status: number, headers: Headers): string[] {
  const needed: Readonly<Record<number, string>> = {
    401: 'www-authenticate',
    405: 'allow',
    429: 'retry-after',
    503: 'retry-after',
  };
  const name = needed[status];
  return name && !headers.get(name) ? [`no ${name} header`] : [];
}

/** The same for any answer: what is no error is no problem. */
export const findReplyFaults = (reply: Reply): string[] =>
  reply.status === 500 || (reply.status > 500 && reply.status !== 503)
    ? [`${reply.status} ${reply.text}`]
    : reply.status < 400
      ? []
      : findProblemFaults(reply);

/** What the program did not expect, by its own account: each once. */
export function listUnexpectedErrors(program: Program): string[] {
  const serious = program.logs().filter(({ level }) => level === 'error' || level === 'fatal');
  const told = ({ msg, error }: LogLine): string => `${String(msg)}: ${String((error as Error | undefined)?.message)}`;
  return [...new Set(serious.map(told))];
}
