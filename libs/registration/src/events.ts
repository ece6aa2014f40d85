import { IntegrationEvent } from '#kernel';

export interface RegistrationStarted {
  /** The id that the person will have as a customer. */
  readonly id: string;
  readonly attemptId: string;
  readonly channel: 'email' | 'sms';
  readonly market: string;
}

/** Somebody began to register. Announced once per attempt, so the event bears the attempt's id. */
export class RegistrationStartedV1 extends IntegrationEvent<RegistrationStarted> {
  readonly type = 'registration.started.v1';
  readonly source = '/foyer/registration';
  readonly aggregateType = 'registration';
  override readonly id: string;

  constructor(sequence: number, data: RegistrationStarted) {
    super(data.id, sequence, data.market, data);
    this.id = data.attemptId;
  }
}
