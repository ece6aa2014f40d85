import { IntegrationEvent } from '#kernel';

/** A minimal event. */
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

/** The same event with another aggregate type. */
export class OtherAggregateHappenedV1 extends TestHappenedV1 {
  override readonly aggregateType = 'elsewhere';
}
