import { Body, Controller, Delete, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  ApiProblems,
  ClientAddress,
  FreshAuthentication,
  NoBodyPipe,
  NoQueryPipe,
  OwnTokenRequired,
  Roles,
} from '#platform/http';
import { EndSessions } from '../../application/commands/end-sessions.js';
import { RestoreCustomer } from '../../application/commands/restore-customer.js';
import { SetRoles } from '../../application/commands/set-roles.js';
import { RolesDto } from './change-customer.dto.js';
import { CustomerDto } from './customer.dto.js';
import { type AuthenticatedRequest, actorOf, parseCustomerId, respondWithEtag } from './customer-response.js';

/** Whether somebody is a customer, and what he may do: for administrators. */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/:id')
export class CustomerStatusController {
  constructor(private readonly commands: CommandBus) {}

  /** Take a deletion back. Who is not deleted stays as he is. */
  @Roles('admin')
  @FreshAuthentication()
  @Post('restore')
  @HttpCode(200)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not for you',
    404: 'Not there, or erased',
    409: 'The identifier belongs to another customer now',
  })
  async restore(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @ClientAddress() address: string,
    @Body(new NoBodyPipe()) _: undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    const ordered = actorOf(user, address);
    return respondWithEtag(user, await this.commands.execute(new RestoreCustomer(parseCustomerId(id), ordered)), reply);
  }

  /** Give a customer these roles and no others; every session ends, because tokens carry roles. */
  @Roles('admin')
  @FreshAuthentication()
  @Put('roles')
  @HttpCode(204)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not for you',
    404: 'Not there',
    409: 'The last administrator who can sign in',
    422: 'Not acceptable',
  })
  async setRoles(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @Body() { roles }: RolesDto,
    @ClientAddress() address: string,
  ): Promise<void> {
    const ordered = actorOf(user, address);
    await this.commands.execute(new SetRoles(parseCustomerId(id), roles, ordered));
  }

  /** End every session of a customer, after a recent sign-in of one's own. Links to external identities stay. */
  @Roles('admin')
  @FreshAuthentication()
  @Delete('sessions')
  @HttpCode(204)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not for you',
    404: 'Not there',
    422: 'A query or a body',
  })
  async endSessions(
    @Req() { user }: AuthenticatedRequest & { readonly user: { readonly sessionId: string | null } },
    @Param('id') id: string,
    @Query(new NoQueryPipe()) _query: undefined,
    @ClientAddress() address: string,
    @Body(new NoBodyPipe()) _body: undefined,
  ): Promise<void> {
    // One's own sessions are not ended by a token that none of them stands behind.
    if (id === user.customerId && user.sessionId === null) throw new OwnTokenRequired();
    await this.commands.execute(new EndSessions(parseCustomerId(id), actorOf(user, address)));
  }
}
