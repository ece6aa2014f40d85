import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type SessionView, SessionViews } from '../views.js';

export class ListSessions extends Query<readonly SessionView[]> {
  constructor(
    readonly customerId: string,
    /** The session of the caller; null for an external token. */
    readonly sessionId: string | null,
  ) {
    super();
  }
}

@QueryHandler(ListSessions)
export class ListSessionsHandler implements IQueryHandler<ListSessions> {
  constructor(private readonly sessions: SessionViews) {}

  async execute({ customerId, sessionId }: ListSessions): Promise<readonly SessionView[]> {
    const sessions = await this.sessions.listByCustomer(customerId);
    return sessions.map((session) => ({ ...session, current: session.id === sessionId }));
  }
}
