import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { toPage } from '#kernel';
import type { Secrets, Settings } from '#platform/config';
import { CursorNotValid } from './cursor-codec.js';
import type { PageQuery } from './page.dto.js';
import { Paginator } from './paginator.js';

type Query = PageQuery & Readonly<Record<string, string | undefined>>;

const secrets = { code: [{ kid: '0', secret: 'a secret that is long enough for all' }] } as unknown as Secrets;
const pages = new Paginator({ publicUrl: 'https://foyer.example/id' } as Settings, secrets);
const list = (query: Query, rights = 'admin', path = '/v1/things') => ({ path, rights, query });
const rows = Array.from({ length: 3 }, (_, n) => ({ id: randomUUID(), at: new Date(1_000 * n), n }));
const page = (limit: number) =>
  toPage(
    rows.slice(0, limit + 1),
    limit,
    (row) => row,
    ({ n }) => n,
  );

/** The response, and the target of its Link header. */
function answered(query: Query, limit: number, total?: number) {
  const headers = new Map<string, string>();
  const reply = { header: (name: string, value: string) => headers.set(name, value) } as unknown as FastifyReply;
  const answer = pages.toResponse(list(query), page(limit), total, reply);
  return { ...answer, link: headers.get('link') };
}

describe('Paginator', () => {
  it('returns twenty items by default', () => {
    expect(pages.parseRequest(list({}))).toEqual({ limit: 20, after: null });
    expect(pages.parseRequest(list({ limit: '100' }))).toEqual({ limit: 100, after: null });
  });

  it('links to the next page with the public URL and the filters', () => {
    const { items, nextCursor, link, ...rest } = answered({ q: 'a&b "é"', limit: '2', cursor: undefined }, 2);
    expect([items, rest]).toEqual([[0, 1], {}]);
    expect(link).toBe(
      `<https://foyer.example/id/v1/things?q=a%26b+%22%C3%A9%22&limit=2&cursor=${nextCursor}>; rel="next"`,
    );
    const cursor = nextCursor ?? '';
    expect(pages.parseRequest(list({ q: 'a&b "é"', cursor })).after).toEqual({ at: rows[1]?.at, id: rows[1]?.id });
  });

  it('has no link on the last page, and contains the total only when it was counted', () => {
    expect(answered({}, 3, 0)).toEqual({ items: [0, 1, 2], nextCursor: null, link: undefined, total: 0 });
  });

  it('accepts a cursor with the same filters in any order, of any size and count', () => {
    const cursor = answered({ q: 'a', status: 'active', limit: '2' }, 2).nextCursor ?? '';
    expect(pages.parseRequest(list({ status: 'active', q: 'a', cursor, limit: '7', count: 'exact' })).limit).toBe(7);
  });

  it.each([
    ['other filters', list({ q: 'b' })],
    ['a filter more', list({ q: 'a', status: 'active' })],
    ['no filter', list({})],
    ['other rights', list({ q: 'a' }, 'staff')],
    ['another list', list({ q: 'a' }, 'admin', '/v1/others')],
  ])('rejects a cursor with %s [AC-49]', (_, { query, ...other }) => {
    const cursor = answered({ q: 'a' }, 2).nextCursor ?? '';
    expect(() => pages.parseRequest({ ...other, query: { ...query, cursor } })).toThrow(CursorNotValid);
  });
});
