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
import type { RequestSource } from '#notifications';
import { Channels } from '#notifications';
import { ChannelUnavailable } from '../../domain/errors.js';
import { ChangeNotices } from '../change-notices.js';
import { ChangeRules, PendingChanges } from '../change-ports.js';
import { ChangeRequests } from '../change-requests.js';
import { CustomerRecord } from '../customer-record.js';

/** What somebody typed; exactly one of both. */
export interface WantedIdentifier {
  readonly email?: string;
  readonly phone?: string;
}

export type AskOutcome =
  | { readonly outcome: 'asked'; readonly identifier: Identifier }
  | { readonly outcome: 'password_wrong' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Ask for another e-mail address or phone number, or for a second one: a code goes there, and word of it to the old ones. */
export class AskForIdentifier extends Command<AskOutcome> {
  constructor(
    readonly customerId: string,
    readonly wanted: WantedIdentifier,
    readonly currentPassword: string,
    readonly source: RequestSource,
    /** Of the access token that asks. */
    readonly sessionId: string,
  ) {
    super();
  }
}

/**
 * Nobody looks here whether the identifier is somebody's: the answer, the work and the message are the same, and who proves that
 * it is his learns it from the confirmation.
 */
@CommandHandler(AskForIdentifier)
export class AskForIdentifierHandler implements ICommandHandler<AskForIdentifier> {
  constructor(
    private readonly record: CustomerRecord,
    private readonly passwords: Reauthentication,
    private readonly channels: Channels,
    private readonly identifiers: IdentifierHasher,
    private readonly requests: ChangeRequests,
    private readonly notices: ChangeNotices,
    private readonly pending: PendingChanges,
    private readonly work: UnitOfWork,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly rules: ChangeRules,
  ) {}

  async execute({ customerId, wanted, currentPassword, source, sessionId }: AskForIdentifier): Promise<AskOutcome> {
    const owner = await this.record.living(customerId, null);
    const identifier = readWanted(wanted, owner.snapshot().market);
    this.#refuseUnreachable(identifier);
    if (owner.identifiers.some(({ key }) => key === identifier.key))
      throw InvalidInput.at(`/${identifier.kind}`, 'identifier.unchanged', 'is yours already');
    const checked = await this.passwords.check(customerId, currentPassword, source.prefix, sessionId);
    if (checked.outcome === 'wrong') return { outcome: 'password_wrong' };
    if (checked.outcome === 'too_many') return checked;
    const admitted = await this.requests.admit(customerId, identifier, source);
    const identifierHash = this.identifiers.hash(identifier);
    const change = { id: this.ids.opaque(), customerId, identifier, identifierHash, generation: checked.generation };
    await this.work.run(async () => {
      await this.pending.put(change);
      const action = 'customer.identifier_change_asked';
      await this.audit.record({ action, actor: customerId, target: customerId, source: source.prefix });
    });
    await this.notices.tell(owner, { what: 'asked', kind: identifier.kind });
    await this.requests.ask(change, source, admitted);
    return { outcome: 'asked', identifier };
  }

  #refuseUnreachable(identifier: Identifier): void {
    const channel = identifier.kind === 'email' ? 'email' : 'sms';
    if (!this.channels.isAvailable(channel)) throw new ChannelUnavailable(channel);
    if (identifier.kind === 'phone' && !this.rules.smsCountries.includes(identifier.country ?? ''))
      throw InvalidInput.at('/phone', 'phone.country_not_served', 'no SMS is sent to this country');
    if (identifier.kind === 'phone') identifier.refuseSpecial('/phone');
  }
}

function readWanted({ email, phone }: WantedIdentifier, market: string): Identifier {
  if (email !== undefined && phone === undefined) return Email.parse(email);
  if (phone !== undefined && email === undefined) return PhoneNumber.parse(phone, market);
  throw InvalidInput.at('', 'identifier.exactly_one', 'must have exactly one of email and phone');
}
