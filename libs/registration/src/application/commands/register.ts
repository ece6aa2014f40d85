import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { PasswordPolicy } from '#kernel';
import { Channels } from '#notifications';
import { IdentifierRegistered } from '../../domain/errors.js';
import type { ClientSource } from '../../domain/limits.js';
import type { RegistrationTicket } from '../../facade.js';
import { AttemptStore, RegistrationSettings } from '../ports.js';
import { AttemptFactory } from '../services/attempt-factory.js';
import { CodeRequests } from '../services/code-requests.js';
import { RegistrationAdmissionControl } from '../services/registration-admission-control.js';
import { RegistrationIds } from '../services/registration-ids.js';
import { RegistrationStartPublisher } from '../services/registration-start-publisher.js';
import { type RegistrationInput, validateRegistration } from '../services/validate-registration.js';

/**
 * Begin to register. The answer, and the work for it, are the same whether the identifier is new, pending or a customer's.
 * The same password again is the same attempt; after its minute it acts as a resend.
 */
export class Register extends Command<RegistrationTicket> {
  constructor(
    readonly application: RegistrationInput,
    readonly source: ClientSource,
  ) {
    super();
  }
}

@CommandHandler(Register)
export class RegisterHandler implements ICommandHandler<Register> {
  constructor(
    private readonly rules: RegistrationSettings,
    private readonly passwords: PasswordPolicy,
    private readonly intake: RegistrationAdmissionControl,
    private readonly channels: Channels,
    private readonly ids: RegistrationIds,
    private readonly drafts: AttemptFactory,
    private readonly attempts: AttemptStore,
    private readonly announcer: RegistrationStartPublisher,
    private readonly codes: CodeRequests,
  ) {}

  async execute({ application, source }: Register): Promise<RegistrationTicket> {
    const canSend = (channel: 'email' | 'sms') => this.channels.isAvailable(channel);
    const applicant = validateRegistration(application, this.rules, this.passwords, canSend);
    await this.intake.assertCapacity();
    const id = await this.ids.resolveId(applicant.identifier);
    if (id.taken && this.rules.registrationDisclosure === 'reveal') throw new IdentifierRegistered();
    const draft = this.drafts.createDraft(applicant, id, source.prefix);
    const placement = await this.attempts.placeAttempt(draft, source.trusted);
    if (!placement.placed) return this.codes.toTicket(draft, draft.reference);
    const attempt = await this.announcer.publishStarted(placement.attempt, id.lost);
    return (await this.codes.requestCode(attempt, source)).ticket;
  }
}
