import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';

/** The pending deliveries of one publisher. */
export interface PublisherBacklog {
  readonly publisher: string;
  readonly depth: number;
  /** Of these, permanently refused. They block later events of their aggregates. */
  readonly parked: number;
  readonly oldestSeconds: number;
}

interface BacklogRow {
  readonly publisher: string;
  readonly depth: string | number;
  readonly parked: string | number;
  readonly occurred_at: Date | string;
}

@Injectable()
export class OutboxBacklog {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** One entry per publisher with pending deliveries, including publishers that are no longer configured. */
  async readByPublisher(): Promise<readonly PublisherBacklog[]> {
    const sql = `select b.publisher as publisher, b.depth as depth, b.parked as parked, o.occurred_at as occurred_at
      from (select publisher, count(*) as depth, count(parked_at) as parked, min(id) as first_id
        from outbox_deliveries group by publisher) b
      join outbox_deliveries d on d.id = b.first_id join outbox o on o.event_id = d.event_id
      order by b.publisher`;
    const rows = await this.database.query<BacklogRow>(sql);
    return rows.map(({ publisher, depth, parked, occurred_at }) => ({
      publisher,
      depth: Number(depth),
      parked: Number(parked),
      oldestSeconds: Math.max(0, (this.clock.now().getTime() - new Date(occurred_at).getTime()) / 1000),
    }));
  }
}
