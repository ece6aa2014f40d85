import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type LinkedIdentityView, LinkedIdentityViews } from '../views.js';

export class ListLinkedIdentities extends Query<readonly LinkedIdentityView[]> {
  constructor(readonly customerId: string) {
    super();
  }
}

@QueryHandler(ListLinkedIdentities)
export class ListLinkedIdentitiesHandler implements IQueryHandler<ListLinkedIdentities> {
  constructor(private readonly links: LinkedIdentityViews) {}

  execute({ customerId }: ListLinkedIdentities): Promise<readonly LinkedIdentityView[]> {
    return this.links.listByCustomer(customerId);
  }
}
