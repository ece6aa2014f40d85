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
import { RegistrationEventPublisher } from '../services/registration-event-publisher.js';
import { RegistrationIds } from '../services/registration-ids.js';
import { type RegistrationInput, validateRegistration } from '../services/validate-registration.js';

/**
 * Start a registration. The response and the work for it are the same whether the identifier is new, pending or registered.
 * A repeated password selects the same attempt; after one minute it acts as a resend.
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
    private readonly settings: RegistrationSettings,
    private readonly passwords: PasswordPolicy,
    private readonly admissionControl: RegistrationAdmissionControl,
    private readonly channels: Channels,
    private readonly ids: RegistrationIds,
    private readonly attemptFactory: AttemptFactory,
    private readonly attempts: AttemptStore,
    private readonly startPublisher: RegistrationEventPublisher,
    private readonly codes: CodeRequests,
  ) {}

  async execute({ application, source }: Register): Promise<RegistrationTicket> {
    const canSend = (channel: 'email' | 'sms') => this.channels.isAvailable(channel);
    const registration = validateRegistration(application, this.settings, this.passwords, canSend);
    await this.admissionControl.assertCapacity();
    const id = await this.ids.resolveId(registration.identifier);
    if (id.taken && this.settings.registrationDisclosure === 'reveal') throw new IdentifierRegistered();
    const draft = this.attemptFactory.createDraft(registration, id, source.prefix);
    const placement = await this.attempts.placeAttempt(draft, source.trusted);
    if (!placement.placed) return this.codes.toTicket(draft, draft.reference);
    const attempt = await this.startPublisher.publishStarted(placement.attempt, id.lost);
    return (await this.codes.requestCode(attempt, source)).ticket;
  }
}
