import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, type Identifier, IdentifierHasher } from '#kernel';
import type { RequestSource } from '#notifications';
import { parseLoginName } from '../../domain/login-name.js';
import { AuthSettings, DeviceTokens, NO_OWNER, Subjects } from '../ports.js';
import { PasswordResetRequests } from '../services/password-reset-requests.js';

/** Request a reset code. Known and unknown names get the same response, after the same work. */
export class RequestPasswordReset extends Command<void> {
  constructor(
    readonly username: string,
    readonly source: RequestSource,
    /** As received, not verified. */
    readonly deviceToken: string | null,
  ) {
    super();
  }
}

@CommandHandler(RequestPasswordReset)
export class RequestPasswordResetHandler implements ICommandHandler<RequestPasswordReset> {
  constructor(
    private readonly requests: PasswordResetRequests,
    private readonly settings: AuthSettings,
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly devices: DeviceTokens,
    private readonly audit: AuditTrail,
  ) {}

  async execute({ username, source, deviceToken }: RequestPasswordReset): Promise<void> {
    const identifier = parseLoginName(username, this.settings.defaultMarket);
    if (!identifier) return;
    // Always the hash, because whether the name belongs to a customer is not looked up here.
    const target = this.identifiers.hash(identifier);
    await this.audit.record({ action: 'auth.password.reset_asked', actor: null, target, source: source.prefix });
    const isKnown = deviceToken !== null && (await this.#isKnownDevice(identifier, deviceToken));
    await this.requests.enqueueCode(identifier, source, isKnown);
  }

  async #isKnownDevice(identifier: Identifier, deviceToken: string): Promise<boolean> {
    const subject = await this.subjects.findByIdentifierHashes(this.identifiers.candidates(identifier));
    return this.devices.verify(deviceToken, subject?.snapshot() ?? NO_OWNER) !== undefined;
  }
}
