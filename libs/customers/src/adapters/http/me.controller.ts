import { Body, Controller, Delete, Get, Headers, HttpCode, Patch, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiConsumes, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, ClientAddress, FreshAuthentication, NoBodyPipe, NoQueryPipe, OwnToken } from '#platform/http';
import { CustomerLimits } from '#platform/rate-limits';
import { ChangeCustomer } from '../../application/commands/change-customer.js';
import { DeleteCustomer } from '../../application/commands/delete-customer.js';
import { GetCustomer } from '../../application/queries/get-customer.js';
import { TooManyChanges } from '../../domain/errors.js';
import { ChangeMeDto } from './change-customer.dto.js';
import { CustomerDto } from './customer.dto.js';
import {
  type AuthenticatedRequest,
  actorOf,
  IF_MATCH_HEADER,
  invalidTokenError,
  respondUnlessUnchanged,
  respondWithEtag,
} from './customer-response.js';
import { parseIfMatch } from './etag.js';

/** Customers read, change and delete their own record. */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/me')
export class MeController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
    private readonly limits: CustomerLimits,
  ) {}

  /** Get the customer of the access token. */
  @Get()
  @ApiProblems({ 401: 'No valid access token', 503: 'The database is unavailable' })
  async getMe(
    @Req() { user }: AuthenticatedRequest,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto | undefined> {
    const customer = await this.queries.execute(new GetCustomer(user.customerId, actorOf(user, address)));
    if (!customer) throw invalidTokenError();
    return respondUnlessUnchanged(user, customer, ifNoneMatch, reply);
  }

  /** Change your own record by JSON merge patch. */
  @Patch()
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @ApiHeader(IF_MATCH_HEADER)
  @ApiProblems({
    401: 'No valid access token',
    412: 'Changed since it was read',
    422: 'Not acceptable',
    429: 'Too many changes',
  })
  async changeMe(
    @Req() { user }: AuthenticatedRequest,
    @Body() patch: ChangeMeDto,
    @Headers('if-match') ifMatch: string | undefined,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    const { customerId: id } = user;
    const change = new ChangeCustomer(id, patch, undefined, parseIfMatch(ifMatch, id), actorOf(user, address));
    const reservation = await this.limits.reserve('ownWrites', id, (wait) => new TooManyChanges(wait));
    const changed = await this.commands.execute(change).catch(async (error: unknown) => {
      await reservation.release().catch(() => undefined);
      throw error;
    });
    return respondWithEtag(user, changed, reply);
  }

  /**
   * Soft-delete your own record. Requires an access token of this service and a recent sign-in. Every session ends, and the
   * identifier is free again. Only administrators can erase.
   */
  @OwnToken()
  @FreshAuthentication()
  @Delete()
  @HttpCode(204)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'The access token was not issued by this service',
    409: 'The last administrator who can sign in',
    412: 'Changed since it was read',
    422: 'The request has a query or a body',
  })
  async deleteMe(
    @Req() { user }: AuthenticatedRequest,
    @Query(new NoQueryPipe()) _query: undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @ClientAddress() address: string,
    @Body(new NoBodyPipe()) _body: undefined,
  ): Promise<void> {
    const actor = actorOf(user, address);
    const version = parseIfMatch(ifMatch, user.customerId);
    await this.commands.execute(new DeleteCustomer(user.customerId, version, actor));
  }
}
