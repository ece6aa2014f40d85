import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NewPasswords } from '#kernel';
import { Channels } from '#notifications';
import { IdentifierRegistered } from '../../domain/errors.js';
import type { Source } from '../../domain/limits.js';
import type { RegistrationTicket } from '../../facade.js';
import { type Application, readApplicant } from '../applicant.js';
import { AttemptAnnouncer } from '../attempt-announcer.js';
import { AttemptDrafts } from '../attempt-drafts.js';
import { CodeRequests } from '../code-requests.js';
import { Intake } from '../intake.js';
import { AttemptStore, RegistrationRules } from '../ports.js';
import { RegistrationIds } from '../registration-ids.js';

/**
 * Begin to register. The answer, and the work for it, are the same whether the identifier is new, pending or a customer's.
 * The same password again is the same attempt; after its minute it acts as a resend.
 */
export class Register extends Command<RegistrationTicket> {
  constructor(
    readonly application: Application,
    readonly source: Source,
  ) {
    super();
  }
}

@CommandHandler(Register)
export class RegisterHandler implements ICommandHandler<Register> {
  constructor(
    private readonly rules: RegistrationRules,
    private readonly passwords: NewPasswords,
    private readonly intake: Intake,
    private readonly channels: Channels,
    private readonly ids: RegistrationIds,
    private readonly drafts: AttemptDrafts,
    private readonly attempts: AttemptStore,
    private readonly announcer: AttemptAnnouncer,
    private readonly codes: CodeRequests,
  ) {}

  async execute({ application, source }: Register): Promise<RegistrationTicket> {
    const canSend = (channel: 'email' | 'sms') => this.channels.isAvailable(channel);
    const applicant = readApplicant(application, this.rules, this.passwords, canSend);
    await this.intake.open();
    const id = await this.ids.of(applicant.identifier);
    if (id.taken && this.rules.registrationDisclosure === 'reveal') throw new IdentifierRegistered();
    const draft = this.drafts.draft(applicant, id, source.prefix);
    const placement = await this.attempts.place(draft, source.trusted);
    if (!placement.placed) return this.codes.ticket(draft, draft.reference);
    const attempt = await this.announcer.announce(placement.attempt, id.lost);
    return (await this.codes.ask(attempt, source)).ticket;
  }
}
