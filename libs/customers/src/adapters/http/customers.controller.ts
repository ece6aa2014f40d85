import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, InvalidCredentials, isNoneMatch } from '#platform';
import { GetCustomer } from '../../application/queries/get-customer.js';
import { CustomerDto } from './customer.dto.js';

interface SignedIn {
  readonly user: { readonly customerId: string };
}

@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers')
export class CustomersController {
  constructor(private readonly queries: QueryBus) {}

  /** The customer whose access token this is. */
  @Get('me')
  @ApiProblems({ 401: 'No valid access token', 503: 'The database is away' })
  async me(
    @Req() { user }: SignedIn,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto | undefined> {
    const customer = await this.queries.execute(new GetCustomer(user.customerId));
    if (!customer) throw new InvalidCredentials('Bearer realm="foyer", error="invalid_token"');
    const etag = `"${customer.id}.${customer.version}"`;
    reply.headers({ etag, 'cache-control': 'no-store' });
    if (!isNoneMatch(known, etag)) return customer;
    reply.status(304);
    return undefined;
  }
}
