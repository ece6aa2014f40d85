import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type LinkView, LinkViews } from '../views.js';

export class ListLinks extends Query<readonly LinkView[]> {
  constructor(readonly customerId: string) {
    super();
  }
}

@QueryHandler(ListLinks)
export class ListLinksHandler implements IQueryHandler<ListLinks> {
  constructor(private readonly links: LinkViews) {}

  execute({ customerId }: ListLinks): Promise<readonly LinkView[]> {
    return this.links.ofCustomer(customerId);
  }
}
