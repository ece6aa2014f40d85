import { Controller, Delete, Get, Header, HttpCode, Param, Query, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { isUuid } from '#kernel';
import {
  ApiProblems,
  ClientAddress,
  clientNetworkOf,
  FreshAuthenticationPolicy,
  NoQueryPipe,
  OwnToken,
} from '#platform/http';
import { EndSession } from '../../application/commands/end-session.js';
import type { Caller } from '../../application/ports.js';
import { ListSessions } from '../../application/queries/list-sessions.js';
import { NoSuchSession } from '../../domain/errors.js';
import { SessionListDto } from './auth.dto.js';

interface AuthenticatedRequest {
  readonly user: Caller;
}

@ApiTags('authentication')
@ApiBearerAuth()
@Controller('v1/auth/sessions')
export class SessionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly authentications: FreshAuthenticationPolicy,
  ) {}

  /** The sessions of the caller, newest first, at most 100. There are no pages: every query parameter is rejected. */
  @Get()
  @Header('cache-control', 'no-store')
  @ApiProblems({ 401: 'No valid access token', 422: 'A query', 503: 'The database is unavailable' })
  async list(
    @Req() { user }: AuthenticatedRequest,
    @Query(new NoQueryPipe()) _query: undefined,
  ): Promise<SessionListDto> {
    return { items: await this.queries.execute(new ListSessions(user.customerId, user.sessionId)) };
  }

  /** End a session with a token of this service: the current one or, after a recent sign-in, another one. */
  @OwnToken()
  @Delete(':sid')
  @HttpCode(204)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token, or, for another session, one whose sign-in is more than five minutes old',
    403: 'The access token was not issued by this service',
    404: 'The caller has no such session',
    503: 'The database is unavailable',
  })
  async end(
    @Req() { user }: AuthenticatedRequest,
    @Param('sid') sid: string,
    @ClientAddress() address: string,
  ): Promise<void> {
    if (sid !== user.sessionId) this.authentications.assertFresh(user);
    const ended =
      isUuid(sid) && (await this.commands.execute(new EndSession(user.customerId, sid, clientNetworkOf(address))));
    if (!ended) throw new NoSuchSession();
  }
}
