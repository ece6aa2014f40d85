import { Controller, Get, Header, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '#kernel';
import { Settings } from '#platform/config';
import { ApiProblems, Public } from '#platform/http';
import { assertLocalRequest, HostNotAllowed } from './assert-local-request.js';
import { DevMessages } from './dev-mailbox.dto.js';
import { DevMailbox } from './dev-mailbox.js';
import { MAILBOX_CONTENT_SECURITY_POLICY, renderMailboxPage } from './mailbox-page.js';

export const DEV_MAILBOX_PROBLEMS: readonly DomainError[] = [new HostNotAllowed()];

@ApiTags('development')
@Public()
@Controller('dev')
export class DevMailboxController {
  constructor(
    private readonly mailbox: DevMailbox,
    private readonly settings: Settings,
  ) {}

  /** What was sent to channels without a transport, newest first: the last 500 messages. */
  @Get('messages')
  @Header('cache-control', 'no-store')
  @ApiQuery({ name: 'to', required: false, description: 'Only those to this e-mail address or phone number' })
  @ApiOkResponse({ type: DevMessages })
  @ApiProblems({ 403: 'Called by another machine, through a proxy, by a foreign host name, or from another site' })
  listMessages(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('to') to: unknown,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
  ): DevMessages | undefined {
    assertLocalRequest(request, this.settings.devMailboxIsPublic);
    const etag = `"${this.mailbox.computeVersion()}"`;
    reply.header('etag', etag);
    if (ifNoneMatch !== etag) return { items: this.mailbox.listMessages(firstRecipient(to)) };
    reply.status(304);
    return undefined;
  }

  /** The same for people. */
  @Get('mailbox')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', MAILBOX_CONTENT_SECURITY_POLICY)
  @Header('cross-origin-opener-policy', 'same-origin')
  @ApiExcludeEndpoint()
  showMailbox(@Req() request: FastifyRequest): string {
    assertLocalRequest(request, this.settings.devMailboxIsPublic);
    return renderMailboxPage(this.settings.codeTtlSeconds);
  }
}

/** The first, if it is given more than once. */
function firstRecipient(to: unknown): string | undefined {
  const [first] = [to].flat();
  return typeof first === 'string' && first.trim() !== '' ? first : undefined;
}
