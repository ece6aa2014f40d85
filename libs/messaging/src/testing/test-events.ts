import { IntegrationEvent } from '#kernel';

/** An event of nobody. */
export class TestHappenedV1 extends IntegrationEvent {
  readonly type = 'test.happened.v1';
  readonly source = '/foyer/test';
  readonly aggregateType: string = 'test';
  override readonly id: string | undefined;

  constructor(subject: string, sequence: number, o: { data?: object; id?: string } = {}) {
    super(subject, sequence, 'US', o.data ?? {});
    this.id = o.id;
  }
}

/** The same of another kind of aggregate. */
export class OtherAggregateHappenedV1 extends TestHappenedV1 {
  override readonly aggregateType = 'elsewhere';
}
