import { type ConsumedEvent, eventOf, shape, type TypeOf } from '#kernel';

const attempt = shape.object({
  id: shape.id('The id that the person will have as a customer. Nobody sees it at the API before the activation.'),
  attemptId: shape.id('The same as in the answers of the API: it joins them with the events.'),
  channel: shape.oneOf(['email', 'sms']),
  market: shape.market(),
});
/** Event data of an attempt, without address, number or code. */
export type AttemptEventData = TypeOf<typeof attempt>;

const common = { source: '/foyer/registration', aggregateType: 'registration', data: attempt } as const;

/** Published once per started attempt, so the event id is the attempt's id. */
export class RegistrationStartedV1 extends eventOf({
  ...common,
  type: 'registration.started.v1',
  description:
    'Somebody began to register. Once per attempt; the id of the event is the one of the attempt. Told of attempts on the address of a customer, too: it counts attempts, not people.',
}) {
  override readonly id: string;
  /** Only for registrations by phone, for compatibility. */
  override readonly forAnalytics = this.data.channel === 'sms';

  constructor(sequence: number, data: AttemptEventData) {
    super(data.id, sequence, data.market, data);
    this.id = data.attemptId;
  }
}

/** The event id is generated when the message is accepted, so that retries publish it once. */
export class RegistrationCodeSentV1 extends eventOf({
  ...common,
  type: 'registration.code_sent.v1',
  description:
    'A mail or SMS provider has taken the message with a code; its minute began. Told of attempts on the address of a customer, too, whose owner gets another message or none.',
}) {
  override readonly id: string;

  constructor(id: string, sequence: number, data: AttemptEventData) {
    super(data.id, sequence, data.market, data);
    this.id = id;
  }
}

export const registrationEvents = [RegistrationStartedV1, RegistrationCodeSentV1];

/** Consumed events. */
export const registrationConsumedEvents: readonly ConsumedEvent[] = [
  {
    type: 'customer.verified.v1',
    description:
      'A verification service vouches for an identifier: it does what a code does. With `attemptId` that attempt becomes the customer, without it a customer without a password is made. Exactly one of `email` and `phone`.',
    data: shape.object({
      attemptId: shape.maybe(shape.id()),
      email: shape.maybe(shape.text()),
      phone: shape.maybe(shape.text('E.164, or as it is written in the default market.')),
      verifiedAt: shape.moment('After the attempt began, and not to come.'),
    }),
    sample: { phone: '+14155550132', verifiedAt: '2026-11-20T15:08:41.203Z' },
  },
];
