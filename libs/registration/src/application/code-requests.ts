import type { DueMessages } from '#notifications';
import {
  type AttemptDraft,
  type AttemptKey,
  type AttemptState,
  channelOf,
  identifierOf,
} from '../domain/registration-attempt.js';
import type { RegistrationTicket } from '../facade.js';
import { type AttemptSecrets, type AttemptStore, RESEND_AFTER_SECONDS, type RegistrationRules } from './ports.js';

/** The kind of due message, and how its reference names an attempt. */
export const CODE_DUE = 'registration.code';
const referenceOf = ({ identifierHash, tag }: AttemptKey): string => `${identifierHash}.${tag}`;

export function keyOf(reference: string): AttemptKey {
  const [identifierHash = '', tag = ''] = reference.split('.');
  return { identifierHash, tag };
}

export type Requested = {
  readonly granted: boolean;
  readonly ticket: RegistrationTicket;
  readonly retryAfterSeconds: number;
};

/** Asks for a code of an attempt: the message becomes due, and some process that does background work makes and sends it. */
export class CodeRequests {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly secrets: AttemptSecrets,
    private readonly due: DueMessages,
    private readonly rules: RegistrationRules,
  ) {}

  async ask(attempt: AttemptState): Promise<Requested> {
    const reference = this.secrets.reference();
    const request = await this.attempts.askForCode(attempt, attempt.attemptId, reference);
    if (!request.granted) return { ...request, ticket: this.ticket(attempt, request.reference) };
    await this.due.put({ kind: CODE_DUE, reference: referenceOf(attempt) });
    return { granted: true, ticket: this.ticket(attempt, reference), retryAfterSeconds: 0 };
  }

  ticket(attempt: AttemptDraft, reference: string): RegistrationTicket {
    const identifier = identifierOf(attempt);
    return {
      id: attempt.customerId,
      attemptId: attempt.attemptId,
      reference,
      channel: channelOf(identifier),
      destination: identifier.masked,
      codeLength: this.rules.codeLength,
      codeExpiresIn: this.rules.codeTtlSeconds,
      resendAfter: RESEND_AFTER_SECONDS,
      expiresIn: this.rules.attemptTtlSeconds,
    };
  }
}
