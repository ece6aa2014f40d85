import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiConsumes, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { isUuid } from '#kernel';
import { ApiProblems, ClientAddress, Forbidden, FreshAuthentication, NoBodyPipe, Roles } from '#platform/http';
import { ChangeCustomer } from '../../application/commands/change-customer.js';
import { DeleteCustomer } from '../../application/commands/delete-customer.js';
import { EraseCustomer } from '../../application/commands/erase-customer.js';
import { GetCustomer } from '../../application/queries/get-customer.js';
import { CustomerNotFound } from '../../domain/errors.js';
import { ChangeCustomerDto, DeleteQuery } from './change-customer.dto.js';
import { CustomerDto } from './customer.dto.js';
import {
  type AuthenticatedRequest,
  actorOf,
  IF_MATCH_HEADER,
  parseCustomerId,
  respondUnlessUnchanged,
  respondWithEtag,
} from './customer-response.js';
import { parseIfMatch } from './etag.js';
import { ReplaceCustomerDto } from './replace-customer.dto.js';

const isStaff = ({ roles }: AuthenticatedRequest['user']): boolean =>
  roles.includes('staff') || roles.includes('admin');

/** Reads, changes and deletes one customer. For staff and administrators. */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  /** Get a customer. Customers can read their own record, staff every record. */
  @Get(':id')
  @ApiProblems({ 401: 'No valid access token', 404: 'Not found, or not yours', 503: 'The database is unavailable' })
  async getCustomer(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto | undefined> {
    const mayRead = isUuid(id) && (isStaff(user) || user.customerId === id);
    const customer = mayRead ? await this.queries.execute(new GetCustomer(id, actorOf(user, address))) : null;
    if (!customer) throw new CustomerNotFound();
    return respondUnlessUnchanged(user, customer, ifNoneMatch, reply);
  }

  /** Change a customer by JSON merge patch. Only administrators can change the status; `suspended` ends every session. */
  @Roles('staff', 'admin')
  @Patch(':id')
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @ApiHeader(IF_MATCH_HEADER)
  @ApiProblems({
    401: 'No valid access token',
    403: 'Not allowed: the status, or an administrator’s record',
    404: 'Not found',
    409: 'The last administrator who can sign in',
    412: 'Changed since it was read',
    422: 'Not acceptable',
  })
  async changeCustomer(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @Body() { status, ...patch }: ChangeCustomerDto,
    @Headers('if-match') ifMatch: string | undefined,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    if (status !== undefined && !user.roles.includes('admin')) throw new Forbidden();
    const version = parseIfMatch(ifMatch, id);
    const change = new ChangeCustomer(parseCustomerId(id), patch, status, version, actorOf(user, address));
    return respondWithEtag(user, await this.commands.execute(change), reply);
  }

  /** Replace all writable fields of a customer. `suspended` ends every session. */
  @Roles('admin')
  @Put(':id')
  @ApiHeader(IF_MATCH_HEADER)
  @ApiProblems({
    401: 'No valid access token',
    403: 'Not allowed',
    404: 'Not found',
    409: 'The last administrator who can sign in',
    412: 'Changed since it was read',
    422: 'Not acceptable, or a field is missing',
  })
  async replaceCustomer(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @Body() { attributes: allAttributes, status, ...fields }: ReplaceCustomerDto,
    @Headers('if-match') ifMatch: string | undefined,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    const { firstName, lastName, document, market, locale, ...readOnlyFields } = fields;
    const profile = { firstName, lastName, document, market, locale, allAttributes };
    const version = parseIfMatch(ifMatch, id);
    const change = new ChangeCustomer(
      parseCustomerId(id),
      profile,
      status,
      version,
      actorOf(user, address),
      readOnlyFields,
    );
    return respondWithEtag(user, await this.commands.execute(change), reply);
  }

  /**
   * Soft-delete a customer: every session ends, and the identifier is free again. With `mode=erase` personal data is removed
   * from every table, also of a deleted customer. This cannot be undone.
   */
  @Roles('admin')
  @FreshAuthentication()
  @Delete(':id')
  @HttpCode(204)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not allowed',
    404: 'Not found',
    409: 'The last administrator who can sign in',
    412: 'Changed since it was read',
    422: 'Unknown mode',
  })
  async deleteCustomer(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @Query() { mode }: DeleteQuery,
    @Headers('if-match') ifMatch: string | undefined,
    @ClientAddress() address: string,
    @Body(new NoBodyPipe()) _: undefined,
  ): Promise<void> {
    const actor = actorOf(user, address);
    const version = parseIfMatch(ifMatch, id);
    if (mode === 'erase') await this.commands.execute(new EraseCustomer(parseCustomerId(id), version, actor));
    else await this.commands.execute(new DeleteCustomer(parseCustomerId(id), version, actor));
  }
}
