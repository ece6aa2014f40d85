import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Page, PageRequest } from '#kernel';
import { Secrets, Settings } from '#platform/config';
import { CursorCodec } from './cursor-codec.js';
import type { PageOf, PageQuery } from './page.dto.js';

/** A list as somebody asked for it. Its cursors are good for nothing else. */
export interface ListRequest {
  /** Its address, without PUBLIC_URL. */
  readonly path: string;
  /** What the caller may see, where that differs between callers: `admin`, `staff`, or whose list it is. */
  readonly rights: string;
  /** As the caller gave them. */
  readonly query: PageQuery;
}

const DEFAULT_LIMIT = 20;
/** What says how a page is shown, and not what is in the list. */
const PAGING_PARAMETERS = new Set(['limit', 'cursor', 'count']);

/** From the address of a list to the page that is wanted, and from a page to its answer. */
@Injectable()
export class Paginator {
  readonly #cursorCodec: CursorCodec;

  constructor(
    private readonly settings: Settings,
    secrets: Secrets,
  ) {
    this.#cursorCodec = new CursorCodec(secrets.code);
  }

  /** @throws CursorNotValid */
  parseRequest(list: ListRequest): PageRequest {
    const { limit, cursor } = list.query;
    const after = cursor === undefined ? null : this.#cursorCodec.decode(listKeyOf(list), cursor);
    return { limit: limit === undefined ? DEFAULT_LIMIT : Number(limit), after };
  }

  /** @param total undefined when nobody asked for it */
  toResponse<Item>(list: ListRequest, { items, next }: Page<Item>, total: number | undefined, reply: FastifyReply) {
    const nextCursor = next && this.#cursorCodec.encode(listKeyOf(list), next);
    if (nextCursor !== null) void reply.header('link', `<${this.#addressOf(list, nextCursor)}>; rel="next"`);
    return { items, nextCursor, ...(total === undefined ? {} : { total }) } satisfies PageOf<Item>;
  }

  #addressOf({ path, query }: ListRequest, cursor: string): string {
    const given = Object.entries({ ...query, cursor }).filter(([, value]) => value !== undefined);
    return `${this.settings.publicUrl}${path}?${new URLSearchParams(given as [string, string][])}`;
  }
}

/** The same for the same filters, in whatever order they came. */
function listKeyOf({ path, rights, query }: ListRequest): string {
  const filters = Object.entries(query).filter(([name, value]) => value !== undefined && !PAGING_PARAMETERS.has(name));
  return JSON.stringify([path, rights, filters.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
