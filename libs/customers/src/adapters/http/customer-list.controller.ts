import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { IdentifierHasher } from '#kernel';
import { Settings } from '#platform/config';
import { ApiProblems, ClientAddress, Forbidden, Roles } from '#platform/http';
import { ApiPage, type PageOf, Paginator } from '#platform/paging';
import { ListCustomers } from '../../application/queries/list-customers.js';
import type { ListedCustomer } from '../../application/views.js';
import { type AuthenticatedRequest, actorOf, maskDocumentFor } from './customer-response.js';
import { ListCustomersQuery, ListedCustomerDto, toCustomerFilter } from './list-customers.dto.js';

@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers')
export class CustomerListController {
  constructor(
    private readonly queries: QueryBus,
    private readonly pages: Paginator,
    private readonly settings: Settings,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /** List customers in the order of creation, one page at a time. */
  @Roles('staff', 'admin')
  @Get()
  @ApiPage(ListedCustomerDto)
  @ApiProblems({
    400: 'The cursor belongs to another list',
    401: 'No valid access token',
    403: 'Not allowed',
    422: 'Not acceptable',
  })
  async list(
    @Req() { user }: AuthenticatedRequest,
    @Query() query: ListCustomersQuery,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageOf<ListedCustomer>> {
    const isAdmin = user.roles.includes('admin');
    if (query.status === 'deleted' && !isAdmin) throw new Forbidden();
    const list = { path: '/v1/customers', rights: isAdmin ? 'admin' : 'staff', query };
    const wanted = this.pages.parseRequest(list);
    const filter = toCustomerFilter(query, this.settings.defaultMarket, (document) =>
      this.identifiers.candidates(document),
    );
    const listQuery = new ListCustomers(filter, wanted, query.count === 'exact', actorOf(user, address));
    const { page, total } = await this.queries.execute(listQuery);
    const shown = { ...page, items: page.items.map((customer) => maskDocumentFor(user, customer)) };
    return this.pages.toResponse(list, shown, total, reply);
  }
}
