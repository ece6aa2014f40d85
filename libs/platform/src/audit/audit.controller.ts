import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AuditLog } from '#kernel';
import { Roles } from '../http/access.js';
import { ApiProblems } from '../http/openapi.js';
import { ApiPage, type PageOf } from '../paging/page.dto.js';
import { Pages } from '../paging/pages.js';
import { AuditEntryDto, AuditQuery, filterOf } from './audit.dto.js';

/** Reading the audit log. There is no other way to it: nothing here changes a line. */
@ApiTags('audit')
@ApiBearerAuth()
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly pages: Pages,
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
    @Query() query: AuditQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageOf<AuditEntryDto>> {
    const list = { path: '/v1/audit', rights: 'admin', query };
    const wanted = this.pages.wanted(list);
    const filter = filterOf(query);
    const page = await this.log.page(filter, wanted);
    return this.pages.answer(list, page, query.count === 'exact' ? await this.log.count(filter) : undefined, reply);
  }
}
