import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AuditLog, AuditTrail } from '#kernel';
import { ApiProblems, ClientAddress, clientNetworkOf, Roles } from '#platform/http';
import { ApiPage, type PageOf, Paginator } from '#platform/paging';
import { AuditEntryDto, AuditQuery, toAuditFilter } from './audit.dto.js';

/** Read access to the audit log. No route changes an entry. */
@ApiTags('audit')
@ApiBearerAuth()
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly trail: AuditTrail,
    private readonly pages: Paginator,
  ) {}

  /** Who did what to whom, in the order in which it happened. */
  @Roles('admin')
  @Get()
  @ApiPage(AuditEntryDto)
  @ApiProblems({
    400: 'A cursor of another list',
    401: 'No valid access token',
    403: 'Not for you',
    422: 'Not acceptable',
  })
  async list(
    @Req() { user }: { readonly user: { readonly customerId: string } },
    @Query() query: AuditQuery,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageOf<AuditEntryDto>> {
    const list = { path: '/v1/audit', rights: 'admin', query };
    const wanted = this.pages.parseRequest(list);
    const filter = toAuditFilter(query);
    const page = await this.log.page(filter, wanted);
    // Audit only the first page of a listing: an entry for each page would appear on the next one.
    if (wanted.after === null) await this.#record(user.customerId, query, address);
    return this.pages.toResponse(list, page, query.count === 'exact' ? await this.log.count(filter) : undefined, reply);
  }

  #record(actor: string, { actor: by, target, action, from, to }: AuditQuery, address: string): Promise<void> {
    const filters = Object.entries({ action, actor: by, from, target, to }).filter(([, value]) => value !== undefined);
    const detail = filters.map(([name]) => name).join(' ') || null;
    return this.trail.record({ action: 'audit.read', actor, target: null, source: clientNetworkOf(address), detail });
  }
}
