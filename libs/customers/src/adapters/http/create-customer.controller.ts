import { Body, Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiCreatedResponse, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, ClientAddress, Roles } from '#platform/http';
import { Idempotency } from '#platform/idempotency';
import { CreateCustomer } from '../../application/commands/create-customer.js';
import { GetCustomer } from '../../application/queries/get-customer.js';
import { CustomerNotFound } from '../../domain/errors.js';
import { CreateCustomerDto } from './create-customer.dto.js';
import { CustomerDto } from './customer.dto.js';
import { type AuthenticatedRequest, actorOf, respondWithEtag } from './customer-response.js';

const DAY_MS = 24 * 3_600_000;

@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers')
export class CreateCustomerController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
    private readonly idempotency: Idempotency,
  ) {}

  /** Create a customer whose identity staff confirm. There is no password: the customer requests a reset to set one. */
  @Roles('admin')
  @Post()
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key and body create one customer' })
  @ApiCreatedResponse({
    type: CustomerDto,
    headers: { Location: { schema: { type: 'string' } }, ETag: { schema: { type: 'string' } } },
  })
  @ApiProblems({
    401: 'No valid access token',
    403: 'Not allowed',
    409: 'The e-mail address or phone number belongs to another customer, or the first request with this key is running',
    422: 'Not acceptable',
    503: 'A dependency is unavailable',
  })
  async create(
    @Req() { user }: AuthenticatedRequest,
    @Body() body: CreateCustomerDto,
    @ClientAddress() address: string,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    const request = { key, scope: `customers ${user.customerId}`, body, lifeMs: DAY_MS, durable: true } as const;
    // Only the id is stored for a day, no personal data.
    const { value, replayed } = await this.idempotency.runOnce(request, async (requestId) => {
      const { id } = await this.commands.execute(new CreateCustomer(body, requestId, actorOf(user, address)));
      return { id };
    });
    const customer = await this.queries.execute(new GetCustomer(value.id, actorOf(user, address)));
    if (!customer) throw new CustomerNotFound();
    reply.header('location', `/v1/customers/${value.id}`);
    if (replayed) reply.header('idempotency-replayed', 'true');
    return respondWithEtag(user, customer, reply);
  }
}
