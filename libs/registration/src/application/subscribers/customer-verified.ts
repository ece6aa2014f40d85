import type { CommandBus } from '@nestjs/cqrs';
import { Email, EventSubscriber, type IncomingEvent, InvalidInput, isUuid, PhoneNumber } from '#kernel';
import type { Verification } from '../../domain/verification.js';
import { AcceptVerification } from '../commands/accept-verification.js';
import type { RegistrationSettings, VerificationOutcomeRecorder } from '../ports.js';

/** RFC 3339 with an offset, so that the time is unambiguous. */
const RFC3339_DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

export const VERIFIED_CONSUMER = 'registration.customer.verified.v1';

/** `customer.verified.v1` `{attemptId?, phone | email, verifiedAt}`, from a verification service that may write to `inbound`. */
export class CustomerVerifiedSubscriber extends EventSubscriber<Verification> {
  readonly name = VERIFIED_CONSUMER;
  readonly types: readonly string[] = ['customer.verified.v1'];
  override readonly arrival = 'inbound';

  constructor(
    private readonly commands: Pick<CommandBus, 'execute'>,
    private readonly settings: RegistrationSettings,
    private readonly journal: VerificationOutcomeRecorder,
  ) {
    super();
  }

  override read(data: Readonly<Record<string, unknown>>): Verification {
    const { attemptId = null, email, phone, verifiedAt } = data;
    if ((email === undefined) === (phone === undefined)) {
      throw InvalidInput.at('', 'identifier.exactly_one', 'must have exactly one of email and phone');
    }
    if (attemptId !== null && !(typeof attemptId === 'string' && isUuid(attemptId))) {
      throw InvalidInput.at('/attemptId', 'attempt.not_an_id', 'must be the id of an attempt');
    }
    const identifier = email === undefined ? PhoneNumber.parse(phone, this.settings.defaultMarket) : Email.parse(email);
    return { attemptId, identifier, verifiedAt: parseMoment('/verifiedAt', verifiedAt) };
  }

  override async handle(event: IncomingEvent<Verification>): Promise<void> {
    const outcome = await this.commands.execute(new AcceptVerification(event.data, event));
    this.journal.recordOutcome(outcome, event.data.identifier.masked);
  }
}

function parseMoment(pointer: string, value: unknown): Date {
  const moment = typeof value === 'string' && RFC3339_DATE_TIME.test(value) ? new Date(value) : new Date(Number.NaN);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw InvalidInput.at(pointer, 'moment.not_rfc3339', 'must be a moment of RFC 3339, with its offset');
}
