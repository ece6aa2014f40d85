import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { administratorOf, type Role, type Signed, somebody } from '../customers/staff.js';
import { EMBEDDED } from '../registration/backends.js';
import { useHall } from '../registration/hall.js';
import { type OpenApi, type Operation, operationsIn, requestsOf } from './operations.js';

const KINDS = ['nobody', 'customer', 'staff', 'admin'] as const;
type Kind = (typeof KINDS)[number];
const ROLES: Record<Exclude<Kind, 'nobody'>, readonly Role[]> = {
  customer: ['customer'],
  staff: ['customer', 'staff'],
  admin: ['customer', 'admin'],
};
const EACH = 10;
/** Contract, section 1. */
const OPEN = [
  /^POST \/v1\/registrations$/,
  /^POST \/v1\/auth\/(login|refresh|password\/forgot|password\/reset)$/,
  /^GET \/(health(\/(live|ready))?|metrics|problems)$/,
  /^GET \/(docs|dev|\.well-known)(\/|$)/,
];

describe('the OpenAPI document', () => {
  const hall = useHall(EMBEDDED, { LOG_LEVEL: 'error' });
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (one: Ajv2020) => void)(ajv);
  const callers = new Map<Kind, Signed>();
  let document: OpenApi;
  let first: Signed;

  beforeAll(async () => {
    document = (await hall.program.request<OpenApi>('GET', '/docs/openapi.json')).json;
    ajv.addSchema(document, 'api');
    first = await administratorOf(hall);
  });

  /** Whoever was signed out or taken away by what he asked for comes again as somebody else. */
  const callerOf = async (kind: Kind): Promise<Signed | undefined> => {
    if (kind === 'nobody') return undefined;
    const known = callers.get(kind);
    if (known && (await hall.program.request('GET', '/v1/customers/me', { bearer: known.bearer })).status === 200)
      return known;
    if ((await hall.program.request('GET', '/v1/customers/me', { bearer: first.bearer })).status !== 200)
      first = await administratorOf(hall);
    const fresh = await somebody(hall, first, ROLES[kind]);
    callers.set(kind, fresh);
    return fresh;
  };

  /** What is wrong with an answer, by the document. */
  const driftOf = (operation: Operation, reply: Awaited<ReturnType<typeof hall.request>>): string | undefined => {
    const { status, headers, text, json } = reply;
    const answer = operation.responses[String(status)];
    if (!answer) return `${status} is not documented`;
    if (status >= 500 && status !== 503) return `${status}`;
    const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    const content = Object.entries(answer.content ?? {});
    if (text === '')
      return status < 300 && content.length > 0 ? `${status} has a body in the document only` : undefined;
    const media = answer.content?.[type];
    if (!media) return `${status}: ${type} is not documented`;
    if (json === undefined || !media.schema) return undefined;
    const place = `api#/paths/${operation.path.replaceAll('~', '~0').replaceAll('/', '~1')}/${operation.method.toLowerCase()}/responses/${status}/content/${type.replaceAll('/', '~1')}/schema`;
    const check = ajv.getSchema(encodeURI(place)) ?? ajv.compile({ $ref: encodeURI(place) });
    return check(json) ? undefined : `${status}: ${ajv.errorsText(check.errors)}`;
  };

  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('says of every route what it does, who may ask, and what he is answered', () => {
    const operations = operationsIn(document);
    expect(operations.length).toBeGreaterThan(30);
    const faults = operations.flatMap(({ method, path, summary, security, body, responses }) => {
      const closed = !OPEN.some((one) => one.test(`${method} ${path}`));
      const statuses = Object.keys(responses);
      return Object.entries({
        'has no summary': summary === '',
        'is closed, but does not say with what': closed && security.length === 0,
        'is open, but asks for credentials': !closed && security.length > 0,
        'has no good answer': !statuses.some((status) => /^[23]/.test(status)),
        'does not say 401': closed && !statuses.includes('401'),
        'does not say 422': body !== undefined && !statuses.includes('422'),
        'does not say 503': !statuses.includes('503'),
        'says 500': statuses.includes('500'),
      })
        .filter(([, is]) => is)
        .map(([fault]) => `${method} ${path} ${fault}`);
    });
    expect(faults).toEqual([]);
  });

  it('AC-44 is what is answered, whoever asks for whatever: no other status, no other body, no 5xx but 503', async () => {
    const drift = new Set<string>();
    let asked = 0;
    for (const operation of operationsIn(document)) {
      for (const kind of KINDS) {
        const caller = await callerOf(kind);
        const ids = [...callers.values()].map(({ id }) => id);
        for (const { path, json } of fc.sample(requestsOf(document.components, operation, [...ids, first.id]), EACH)) {
          const body = operation.method === 'GET' || json === undefined ? {} : { json };
          const reply = await hall.program.request(operation.method, path, {
            ...(caller && { bearer: caller.bearer }),
            ...body,
          });
          asked++;
          const found = driftOf(operation, reply);
          if (found) drift.add(`${operation.method} ${operation.path}: ${found}`);
        }
      }
    }
    expect(asked).toBeGreaterThan(1_000);
    expect([...drift].sort()).toEqual([]);
    expect((await hall.program.request('GET', '/health/ready')).status).toBe(200);
  }, 240_000);
});
