import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type MyRegistration, MyRegistrations } from '../views.js';

/** Get the state of a registration. */
export class GetMyRegistration extends Query<MyRegistration | null> {
  constructor(
    readonly identifierHash: string,
    readonly tag: string,
  ) {
    super();
  }
}

@QueryHandler(GetMyRegistration)
export class GetMyRegistrationHandler implements IQueryHandler<GetMyRegistration> {
  constructor(private readonly registrations: MyRegistrations) {}

  execute({ identifierHash, tag }: GetMyRegistration): Promise<MyRegistration | null> {
    return this.registrations.findByKey(identifierHash, tag);
  }
}
