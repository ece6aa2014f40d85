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

/** Only for tokens of this service: an external token can neither add nor list linked identities. */
@ApiTags('authentication')
@ApiBearerAuth()
@OwnToken()
@Controller('v1/auth/links')
export class LinkedIdentitiesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Link an external identity to the caller, after a recent sign-in. The operation is idempotent. */
  @FreshAuthentication()
  @Post()
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'The access token was not issued by this service',
    409: 'Linked to another customer',
    422: 'Invalid body, or not a valid access token of a trusted server',
    503: 'The database or the identity server is unavailable',
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

  /** The linked identities of the caller, oldest first, at most 100. There are no pages: every query parameter is rejected. */
  @Get()
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token',
    403: 'The access token was not issued by this service',
    422: 'A query parameter',
    503: 'The database is unavailable',
  })
  async list(@Req() { user }: AuthenticatedRequest, @Query(new NoQueryPipe()) _query: undefined): Promise<LinkListDto> {
    return { items: await this.queries.execute(new ListLinkedIdentities(user.customerId)) };
  }

  /** Remove a link, after a recent sign-in. Every replica rejects tokens of that identity within one second. */
  @FreshAuthentication()
  @Delete(':id')
  @HttpCode(204)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'The access token was not issued by this service',
    404: 'The caller has no such link',
    503: 'The database is unavailable',
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
