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

/** Restores customers, sets roles and ends sessions. Administrators only. */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/:id')
export class CustomerStatusController {
  constructor(private readonly commands: CommandBus) {}

  /** Restore a deleted customer. Does nothing when the customer is not deleted. */
  @Roles('admin')
  @FreshAuthentication()
  @Post('restore')
  @HttpCode(200)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not allowed',
    404: 'Not found, or erased',
    409: 'The identifier belongs to another customer now',
  })
  async restore(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @ClientAddress() address: string,
    @Body(new NoBodyPipe()) _: undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    const actor = actorOf(user, address);
    return respondWithEtag(user, await this.commands.execute(new RestoreCustomer(parseCustomerId(id), actor)), reply);
  }

  /** Replace the roles of a customer. Every session ends, because tokens carry roles. */
  @Roles('admin')
  @FreshAuthentication()
  @Put('roles')
  @HttpCode(204)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not allowed',
    404: 'Not found',
    409: 'The last administrator who can sign in',
    422: 'Not acceptable',
  })
  async setRoles(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @Body() { roles }: RolesDto,
    @ClientAddress() address: string,
  ): Promise<void> {
    const actor = actorOf(user, address);
    await this.commands.execute(new SetRoles(parseCustomerId(id), roles, actor));
  }

  /** End every session of a customer. Requires a recent sign-in of the caller. Links to external identities remain. */
  @Roles('admin')
  @FreshAuthentication()
  @Delete('sessions')
  @HttpCode(204)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not allowed',
    404: 'Not found',
    422: 'The request has a query or a body',
  })
  async endSessions(
    @Req() { user }: AuthenticatedRequest & { readonly user: { readonly sessionId: string | null } },
    @Param('id') id: string,
    @Query(new NoQueryPipe()) _query: undefined,
    @ClientAddress() address: string,
    @Body(new NoBodyPipe()) _body: undefined,
  ): Promise<void> {
    // A token without a session cannot end the caller's own sessions.
    if (id === user.customerId && user.sessionId === null) throw new OwnTokenRequired();
    await this.commands.execute(new EndSessions(parseCustomerId(id), actorOf(user, address)));
  }
}
