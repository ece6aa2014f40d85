import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Page, PageWanted } from '#kernel';
import { Secrets, Settings } from '#platform/config';
import { Cursors } from './cursors.js';
import type { PageOf, PageQuery } from './page.dto.js';

/** A list as somebody asked for it. Its cursors are good for nothing else. */
export interface PagedList {
  /** Its address, without PUBLIC_URL. */
  readonly path: string;
  /** What the caller may see, where that differs between callers: `admin`, `staff`, or whose list it is. */
  readonly rights: string;
  /** As the caller gave them. */
  readonly query: PageQuery;
}

const DEFAULT_LIMIT = 20;
/** What says how a page is shown, and not what is in the list. */
const OF_THE_PAGE = new Set(['limit', 'cursor', 'count']);

/** From the address of a list to the page that is wanted, and from a page to its answer. */
@Injectable()
export class Pages {
  readonly #cursors: Cursors;

  constructor(
    private readonly settings: Settings,
    secrets: Secrets,
  ) {
    this.#cursors = new Cursors(secrets.code);
  }

  /** @throws CursorNotValid */
  wanted(list: PagedList): PageWanted {
    const { limit, cursor } = list.query;
    const after = cursor === undefined ? null : this.#cursors.open(nameOf(list), cursor);
    return { limit: limit === undefined ? DEFAULT_LIMIT : Number(limit), after };
  }

  /** @param total undefined when nobody asked for it */
  answer<Item>(list: PagedList, { items, next }: Page<Item>, total: number | undefined, reply: FastifyReply) {
    const nextCursor = next && this.#cursors.seal(nameOf(list), next);
    if (nextCursor !== null) void reply.header('link', `<${this.#addressOf(list, nextCursor)}>; rel="next"`);
    return { items, nextCursor, ...(total === undefined ? {} : { total }) } satisfies PageOf<Item>;
  }

  #addressOf({ path, query }: PagedList, cursor: string): string {
    const given = Object.entries({ ...query, cursor }).filter(([, value]) => value !== undefined);
    return `${this.settings.publicUrl}${path}?${new URLSearchParams(given as [string, string][])}`;
  }
}

/** The same for the same filters, in whatever order they came. */
function nameOf({ path, rights, query }: PagedList): string {
  const filters = Object.entries(query).filter(([name, value]) => value !== undefined && !OF_THE_PAGE.has(name));
  return JSON.stringify([path, rights, filters.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
