import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Page, PageRequest } from '#kernel';
import { Secrets, Settings } from '#platform/config';
import { CursorCodec } from './cursor-codec.js';
import type { PageOf, PageQuery } from './page.dto.js';

/** A list as requested. Its cursors are valid for no other list. */
export interface ListRequest {
  /** Its path, without PUBLIC_URL. */
  readonly path: string;
  /** The caller's view, where that differs between callers: `admin`, `staff`, or the owner of the list. */
  readonly rights: string;
  /** The query parameters as sent. */
  readonly query: PageQuery;
}

const DEFAULT_LIMIT = 20;
/** Parameters that affect the presentation of a page, not the content of the list. */
const PAGING_PARAMETERS = new Set(['limit', 'cursor', 'count']);

/** Parses the page request of a list, and builds the response of a page. */
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

  /** @param total undefined when it was not requested */
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

/** Independent of the order of the filters. */
function listKeyOf({ path, rights, query }: ListRequest): string {
  const filters = Object.entries(query).filter(([name, value]) => value !== undefined && !PAGING_PARAMETERS.has(name));
  return JSON.stringify([path, rights, filters.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
