import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { isUuid } from '#kernel';
import {
  Address,
  ApiProblems,
  Forbidden,
  InvalidCredentials,
  isNoneMatch,
  NoBody,
  OwnToken,
  Roles,
  sourcePrefix,
} from '#platform';
import { ChangeCustomer } from '../../application/commands/change-customer.js';
import { DeleteCustomer } from '../../application/commands/delete-customer.js';
import { RestoreCustomer } from '../../application/commands/restore-customer.js';
import { SetRoles } from '../../application/commands/set-roles.js';
import { GetCustomer } from '../../application/queries/get-customer.js';
import type { CustomerView } from '../../application/views.js';
import { CustomerNotFound } from '../../domain/errors.js';
import { ChangeCustomerDto, ChangeMeDto, RolesDto } from './change-customer.dto.js';
import { CustomerDto } from './customer.dto.js';
import { etagOf, versionAskedFor } from './versions.js';

interface SignedIn {
  readonly user: { readonly customerId: string; readonly roles: readonly string[] };
}

const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'The ETag that was read: 412 when it is another now',
};
const isStaff = ({ roles }: SignedIn['user']): boolean => roles.includes('staff') || roles.includes('admin');
const gone = () => new InvalidCredentials('Bearer realm="foyer", error="invalid_token"');

@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  /** The customer whose access token this is. */
  @Get('me')
  @ApiProblems({ 401: 'No valid access token', 503: 'The database is away' })
  async me(
    @Req() { user }: SignedIn,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto | undefined> {
    const customer = await this.queries.execute(new GetCustomer(user.customerId));
    if (!customer) throw gone();
    return answer(customer, known, reply);
  }

  /** Change one's own record, by JSON merge patch. */
  @Patch('me')
  @ApiHeader(IF_MATCH)
  @ApiProblems({ 401: 'No valid access token', 412: 'Changed since it was read', 422: 'Not acceptable' })
  async changeMe(
    @Req() { user }: SignedIn,
    @Body() patch: ChangeMeDto,
    @Headers('if-match') known: string | undefined,
    @Address() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    return this.#change(user.customerId, user.customerId, patch, undefined, known, address, reply);
  }

  /** Delete oneself, with a token of ours: every session ends, and the identifier is free again. */
  @OwnToken()
  @Delete('me')
  @HttpCode(204)
  @ApiHeader(IF_MATCH)
  @ApiProblems({ 401: 'No valid access token', 412: 'Changed since it was read' })
  async deleteMe(
    @Req() { user }: SignedIn,
    @Headers('if-match') known: string | undefined,
    @Address() address: string,
    @Body(new NoBody()) _: undefined,
  ): Promise<void> {
    const ordered = { by: user.customerId, source: sourcePrefix(address) };
    const version = versionAskedFor(known, user.customerId);
    await this.commands.execute(new DeleteCustomer(user.customerId, version, ordered));
  }

  /** One customer, for staff and for himself. */
  @Get(':id')
  @ApiProblems({ 401: 'No valid access token', 404: 'Not there, or not yours', 503: 'The database is away' })
  async one(
    @Req() { user }: SignedIn,
    @Param('id') id: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto | undefined> {
    const mayRead = isUuid(id) && (isStaff(user) || user.customerId === id);
    const customer = mayRead ? await this.queries.execute(new GetCustomer(id)) : null;
    if (!customer) throw new CustomerNotFound();
    return answer(customer, known, reply);
  }

  /** Change a customer, by JSON merge patch. The status is for administrators; `suspended` ends every session. */
  @Roles('staff', 'admin')
  @Patch(':id')
  @ApiHeader(IF_MATCH)
  @ApiProblems({
    401: 'No valid access token',
    403: 'Not for you',
    404: 'Not there',
    412: 'Changed since it was read',
    422: 'Not acceptable',
  })
  async change(
    @Req() { user }: SignedIn,
    @Param('id') id: string,
    @Body() { status, ...patch }: ChangeCustomerDto,
    @Headers('if-match') known: string | undefined,
    @Address() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    if (status !== undefined && !user.roles.includes('admin')) throw new Forbidden();
    return this.#change(user.customerId, known404(id), patch, status, known, address, reply);
  }

  /** Delete a customer, softly: every session ends, and the identifier is free again. */
  @Roles('admin')
  @Delete(':id')
  @HttpCode(204)
  @ApiHeader(IF_MATCH)
  @ApiProblems({ 401: 'No valid access token', 403: 'Not for you', 404: 'Not there', 412: 'Changed since it was read' })
  async delete(
    @Req() { user }: SignedIn,
    @Param('id') id: string,
    @Headers('if-match') known: string | undefined,
    @Address() address: string,
    @Body(new NoBody()) _: undefined,
  ): Promise<void> {
    const ordered = { by: user.customerId, source: sourcePrefix(address) };
    await this.commands.execute(new DeleteCustomer(known404(id), versionAskedFor(known, id), ordered));
  }

  /** Take a deletion back. */
  @Roles('admin')
  @Post(':id/restore')
  @HttpCode(200)
  @ApiProblems({
    401: 'No valid access token',
    403: 'Not for you',
    404: 'Not there, or not deleted',
    409: 'The identifier belongs to another customer now',
  })
  async restore(
    @Req() { user }: SignedIn,
    @Param('id') id: string,
    @Address() address: string,
    @Body(new NoBody()) _: undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    const ordered = { by: user.customerId, source: sourcePrefix(address) };
    return tagged(await this.commands.execute(new RestoreCustomer(known404(id), ordered)), reply);
  }

  /** Give a customer these roles and no others; every session ends, because tokens carry roles. */
  @Roles('admin')
  @Put(':id/roles')
  @HttpCode(204)
  @ApiProblems({ 401: 'No valid access token', 403: 'Not for you', 404: 'Not there', 422: 'Not acceptable' })
  async setRoles(
    @Req() { user }: SignedIn,
    @Param('id') id: string,
    @Body() { roles }: RolesDto,
    @Address() address: string,
  ): Promise<void> {
    const ordered = { by: user.customerId, source: sourcePrefix(address) };
    await this.commands.execute(new SetRoles(known404(id), roles, ordered));
  }

  async #change(
    by: string,
    id: string,
    patch: ChangeMeDto,
    status: 'active' | 'suspended' | undefined,
    known: string | undefined,
    address: string,
    reply: FastifyReply,
  ): Promise<CustomerDto> {
    const ordered = { by, source: sourcePrefix(address) };
    const change = new ChangeCustomer(id, patch, status, versionAskedFor(known, id), ordered);
    return tagged(await this.commands.execute(change), reply);
  }
}

function known404(id: string): string {
  if (!isUuid(id)) throw new CustomerNotFound();
  return id;
}

function answer(customer: CustomerView, known: string | undefined, reply: FastifyReply): CustomerDto | undefined {
  const { id, version } = customer;
  tagged(customer, reply);
  if (!isNoneMatch(known, etagOf({ id, version }))) return customer;
  reply.status(304);
  return undefined;
}

function tagged(customer: CustomerView, reply: FastifyReply): CustomerDto {
  reply.headers({ etag: etagOf(customer), 'cache-control': 'no-store' });
  return customer;
}
