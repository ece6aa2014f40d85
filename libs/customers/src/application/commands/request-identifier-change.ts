import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Reauthentication } from '#auth';
import {
  AuditTrail,
  Email,
  type Identifier,
  IdentifierHasher,
  Ids,
  InvalidInput,
  PhoneNumber,
  UnitOfWork,
} from '#kernel';
import { Channels, type RequestSource } from '#notifications';
import { ChannelUnavailable } from '../../domain/errors.js';
import { IdentifierChangeSettings, PendingIdentifierChanges } from '../identifier-change-ports.js';
import { CustomerUpdater } from '../services/customer-updater.js';
import { IdentifierChangeRequests } from '../services/identifier-change-requests.js';
import { NoticeQueue } from '../services/notice-queue.js';

/** The new identifier as the customer typed it. Exactly one field is set. */
export interface NewIdentifierInput {
  readonly email?: string;
  readonly phone?: string;
}

export type RequestIdentifierChangeOutcome =
  | { readonly outcome: 'asked'; readonly identifier: Identifier }
  | { readonly outcome: 'password_wrong' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Requests a new or second e-mail address or phone number. Sends a code to it and a notice to the current identifiers. */
export class RequestIdentifierChange extends Command<RequestIdentifierChangeOutcome> {
  constructor(
    readonly customerId: string,
    readonly newIdentifier: NewIdentifierInput,
    readonly currentPassword: string,
    readonly source: RequestSource,
    /** The session of the access token. */
    readonly sessionId: string,
  ) {
    super();
  }
}

/**
 * Does not check whether the identifier is in use: the response, the work and the message are always the same. The
 * confirmation reveals it to a caller who has proven the identifier.
 */
@CommandHandler(RequestIdentifierChange)
export class RequestIdentifierChangeHandler implements ICommandHandler<RequestIdentifierChange> {
  constructor(
    private readonly updater: CustomerUpdater,
    private readonly passwords: Reauthentication,
    private readonly channels: Channels,
    private readonly identifiers: IdentifierHasher,
    private readonly requests: IdentifierChangeRequests,
    private readonly notices: NoticeQueue,
    private readonly pending: PendingIdentifierChanges,
    private readonly work: UnitOfWork,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly settings: IdentifierChangeSettings,
  ) {}

  async execute({
    customerId,
    newIdentifier,
    currentPassword,
    source,
    sessionId,
  }: RequestIdentifierChange): Promise<RequestIdentifierChangeOutcome> {
    const owner = await this.updater.getCustomer(customerId, null);
    const identifier = parseNewIdentifier(newIdentifier, owner.snapshot().market);
    this.#assertReachable(identifier);
    if (owner.identifiers.some(({ key }) => key === identifier.key))
      throw InvalidInput.at(`/${identifier.kind}`, 'identifier.unchanged', 'is yours already');
    const reauthentication = await this.passwords.checkPassword(customerId, currentPassword, source.prefix, sessionId);
    if (reauthentication.outcome === 'wrong') return { outcome: 'password_wrong' };
    if (reauthentication.outcome === 'too_many') return reauthentication;
    const reservation = await this.requests.reserveQuota(customerId, identifier, source);
    const identifierHash = this.identifiers.hash(identifier);
    const change = {
      id: this.ids.opaque(),
      customerId,
      identifier,
      identifierHash,
      generation: reauthentication.generation,
    };
    await this.work.run(async () => {
      await this.pending.save(change);
      const action = 'customer.identifier_change_asked';
      await this.audit.record({ action, actor: customerId, target: customerId, source: source.prefix });
    });
    await this.notices.enqueueNotices(owner, { what: 'asked', kind: identifier.kind });
    await this.requests.enqueueCode(change, source, reservation);
    return { outcome: 'asked', identifier };
  }

  #assertReachable(identifier: Identifier): void {
    const channel = identifier.kind === 'email' ? 'email' : 'sms';
    if (!this.channels.isAvailable(channel)) throw new ChannelUnavailable(channel);
    if (identifier.kind === 'phone' && !this.settings.smsCountries.includes(identifier.country ?? ''))
      throw InvalidInput.at('/phone', 'phone.country_not_served', 'no SMS is sent to this country');
    if (identifier.kind === 'phone') identifier.assertNotSpecial('/phone');
  }
}

function parseNewIdentifier({ email, phone }: NewIdentifierInput, market: string): Identifier {
  if (email !== undefined && phone === undefined) return Email.parse(email);
  if (phone !== undefined && email === undefined) return PhoneNumber.parse(phone, market);
  throw InvalidInput.at('', 'identifier.exactly_one', 'must have exactly one of email and phone');
}
