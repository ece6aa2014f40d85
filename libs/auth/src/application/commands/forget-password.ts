import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, type Identifier, IdentifierHasher } from '#kernel';
import type { RequestSource } from '#notifications';
import { AuthRules, DeviceTokens, NO_OWNER, Subjects } from '../ports.js';
import { readable } from '../readable.js';
import { ResetRequests } from '../reset-requests.js';

/** Ask for a reset code. One answer for known and unknown, after the same work. */
export class ForgetPassword extends Command<void> {
  constructor(
    readonly username: string,
    readonly source: RequestSource,
    /** What the device brought along, whatever it is worth. */
    readonly deviceToken: string | null,
  ) {
    super();
  }
}

@CommandHandler(ForgetPassword)
export class ForgetPasswordHandler implements ICommandHandler<ForgetPassword> {
  constructor(
    private readonly requests: ResetRequests,
    private readonly rules: AuthRules,
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly devices: DeviceTokens,
    private readonly audit: AuditTrail,
  ) {}

  async execute({ username, source, deviceToken }: ForgetPassword): Promise<void> {
    const identifier = readable(username, this.rules.defaultMarket);
    if (!identifier) return;
    // By the hash for everybody: nobody looks here whether it is a customer's.
    const target = this.identifiers.hash(identifier);
    await this.audit.record({ action: 'auth.password.reset_asked', actor: null, target, source: source.prefix });
    const isKnown = deviceToken !== null && (await this.#isKnownDevice(identifier, deviceToken));
    await this.requests.ask(identifier, source, isKnown);
  }

  async #isKnownDevice(identifier: Identifier, deviceToken: string): Promise<boolean> {
    const subject = await this.subjects.byIdentifier(this.identifiers.candidates(identifier));
    return this.devices.read(deviceToken, subject?.snapshot() ?? NO_OWNER) !== undefined;
  }
}
