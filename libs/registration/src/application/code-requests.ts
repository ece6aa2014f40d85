import type { Codes } from '#codes';
import type { DueMessages } from '#notifications';
import type { Source } from '../domain/limits.js';
import {
  type AttemptDraft,
  type AttemptKey,
  type AttemptState,
  channelOf,
  identifierOf,
} from '../domain/registration-attempt.js';
import type { RegistrationTicket } from '../facade.js';
import { codeAddressOf } from './code-address.js';
import { type AttemptSecrets, type AttemptStore, RESEND_AFTER_SECONDS, type RegistrationRules } from './ports.js';
import type { SendBudget } from './send-budget.js';

/** The kind of due message, and how its reference names an attempt. */
export const CODE_DUE = 'registration.code';
const referenceOf = ({ identifierHash, tag }: AttemptKey): string => `${identifierHash}.${tag}`;

export function keyOf(reference: string): AttemptKey {
  const [identifierHash = '', tag = ''] = reference.split('.');
  return { identifierHash, tag };
}

/** `retryAfterSeconds`: null when a code is on its way, or when nobody is to know that none is. */
export interface Requested {
  readonly ticket: RegistrationTicket;
  readonly retryAfterSeconds: number | null;
}

/** Asks for a code of an attempt: the message becomes due, and some process that does background work makes and sends it. */
export class CodeRequests {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly secrets: AttemptSecrets,
    private readonly codes: Codes,
    private readonly sends: SendBudget,
    private readonly due: DueMessages,
    private readonly rules: RegistrationRules,
  ) {}

  async ask(attempt: AttemptState, source: Source): Promise<Requested> {
    const permission = await this.sends.take(attempt, source);
    if (!permission.send) return this.#answer(attempt, attempt.reference, permission.retryAfterSeconds);
    const reference = this.secrets.reference();
    const pauseMs = (await this.codes.isOutgrown(codeAddressOf(attempt))) ? 0 : RESEND_AFTER_SECONDS * 1000;
    const request = await this.attempts.askForCode(attempt, attempt.attemptId, reference, pauseMs);
    if (!request.granted) {
      await permission.giveBack();
      return this.#answer(attempt, request.reference, request.retryAfterSeconds);
    }
    await this.sends.takeSms(attempt);
    await this.due.put({ kind: CODE_DUE, reference: referenceOf(attempt) });
    return this.#answer(attempt, reference, null);
  }

  async ticket(attempt: AttemptDraft, reference: string): Promise<RegistrationTicket> {
    const identifier = identifierOf(attempt);
    return {
      id: attempt.customerId,
      attemptId: attempt.attemptId,
      reference,
      channel: channelOf(identifier),
      destination: identifier.masked,
      codeLength: await this.codes.lengthFor(attempt.identifierHash),
      codeExpiresIn: this.rules.codeTtlSeconds,
      resendAfter: RESEND_AFTER_SECONDS,
      expiresIn: this.rules.attemptTtlSeconds,
    };
  }

  async #answer(attempt: AttemptState, reference: string, retryAfterSeconds: number | null): Promise<Requested> {
    return { ticket: await this.ticket(attempt, reference), retryAfterSeconds };
  }
}
