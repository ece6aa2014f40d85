import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { InvalidInput, isUuid } from '#kernel';
import {
  ApiProblems,
  ClientAddress,
  clientNetworkOf,
  FreshAuthentication,
  NoQueryPipe,
  OwnToken,
} from '#platform/http';
import { LinkIdentity } from '../../application/commands/link-identity.js';
import { UnlinkIdentity } from '../../application/commands/unlink-identity.js';
import type { Caller } from '../../application/ports.js';
import { ListLinkedIdentities } from '../../application/queries/list-linked-identities.js';
import { LinkTaken, NoSuchLink } from '../../domain/errors.js';
import { LinkDto, LinkIdentityDto, LinkListDto } from './linked-identities.dto.js';

interface AuthenticatedRequest {
  readonly user: Caller;
}

/** With a token of ours only: a foreign one can neither add another to its customer nor look for them. */
@ApiTags('authentication')
@ApiBearerAuth()
@OwnToken()
@Controller('v1/auth/links')
export class LinkedIdentitiesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Let tokens of an external identity be one's own, after a recent sign-in. Doing it again changes nothing. */
  @FreshAuthentication()
  @Post()
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'The access token is not one of ours',
    409: 'Linked to somebody else',
    422: 'Invalid body, or no valid access token of a server that is trusted here',
    503: 'The database, or the identity server, is away',
  })
  async link(
    @Req() { user }: AuthenticatedRequest,
    @Body() { token }: LinkIdentityDto,
    @ClientAddress() address: string,
  ): Promise<LinkDto> {
    const result = await this.commands.execute(new LinkIdentity(user.customerId, token, clientNetworkOf(address)));
    if (result.outcome === 'taken') throw new LinkTaken();
    if (result.outcome === 'refused') throw TOKEN_NOT_ACCEPTED;
    const { id, issuer, createdAt } = result.link;
    return { id, issuer, createdAt: createdAt.toISOString() };
  }

  /** What is linked to oneself, the oldest first, at most 100. There are no pages: every query is refused. */
  @Get()
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token',
    403: 'The access token is not one of ours',
    422: 'A query',
    503: 'The database is away',
  })
  async list(@Req() { user }: AuthenticatedRequest, @Query(new NoQueryPipe()) _query: undefined): Promise<LinkListDto> {
    return { items: await this.queries.execute(new ListLinkedIdentities(user.customerId)) };
  }

  /** End a link, after a recent sign-in. Within a second no replica takes a token of that identity any more. */
  @FreshAuthentication()
  @Delete(':id')
  @HttpCode(204)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'The access token is not one of ours',
    404: 'No such link of yours',
    503: 'The database is away',
  })
  async unlink(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @ClientAddress() address: string,
  ): Promise<void> {
    const command = new UnlinkIdentity(user.customerId, id, clientNetworkOf(address));
    if (!isUuid(id) || !(await this.commands.execute(command))) throw new NoSuchLink();
  }
}

const TOKEN_NOT_ACCEPTED = InvalidInput.at(
  '/token',
  'token.not_accepted',
  'must be a valid access token of a trusted server',
);
