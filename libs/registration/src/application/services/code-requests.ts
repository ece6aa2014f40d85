import type { Codes } from '#codes';
import type { JobQueue } from '#notifications';
import type { ClientSource } from '../../domain/limits.js';
import {
  type AttemptDraft,
  type AttemptKey,
  type AttemptState,
  channelOf,
  identifierOf,
} from '../../domain/registration-attempt.js';
import type { RegistrationTicket } from '../../facade.js';
import { type AttemptSecrets, type AttemptStore, RESEND_AFTER_SECONDS, type RegistrationSettings } from '../ports.js';
import { codeAddressOf } from './code-address.js';
import type { OpaqueRegistrationIds } from './opaque-registration-ids.js';
import type { SendBudget } from './send-budget.js';

/** The kind of due message, and how its reference names an attempt and the digits that were promised. */
export const CODE_DUE = 'registration.code';
const referenceOf = ({ identifierHash, tag }: AttemptKey, length: number): string =>
  `${identifierHash}.${tag}.${length}`;

export function readReference(reference: string): { readonly key: AttemptKey; readonly length: number } {
  const [identifierHash = '', tag = '', length] = reference.split('.');
  return { key: { identifierHash, tag }, length: Number(length) };
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
    private readonly due: JobQueue,
    private readonly ids: OpaqueRegistrationIds,
    private readonly rules: RegistrationSettings,
  ) {}

  async requestCode(attempt: AttemptState, source: ClientSource): Promise<Requested> {
    const length = await this.codes.codeLengthFor(attempt.identifierHash);
    const answer = (reference: string, retryAfterSeconds: number | null): Requested => ({
      ticket: this.#ticket(attempt, reference, length),
      retryAfterSeconds,
    });
    const permission = await this.sends.reserveMessage(attempt, source);
    if (!permission.allowed) return answer(attempt.reference, permission.retryAfterSeconds);
    const reference = this.secrets.createReference();
    const pauseMs = (await this.codes.isShorterThanRequired(codeAddressOf(attempt), length))
      ? 0
      : RESEND_AFTER_SECONDS * 1000;
    const request = await this.attempts.requestCode(attempt, attempt.attemptId, reference, pauseMs);
    if (!request.granted) {
      await permission.release();
      return answer(request.reference, request.retryAfterSeconds);
    }
    let giveBackSms = async (): Promise<void> => undefined;
    try {
      giveBackSms = await this.sends.reserveSms(attempt, source);
      await this.due.enqueue({ kind: CODE_DUE, reference: referenceOf(attempt, length) });
    } catch (error) {
      // Told 429 or 503, one tries again: the code must not be thought to be on its way.
      const takenBack = this.attempts.cancelCodeRequest(attempt, attempt.attemptId, reference);
      await Promise.allSettled([takenBack, permission.release(), giveBackSms()]);
      throw error;
    }
    return answer(reference, null);
  }

  /** Of an attempt that no message is asked for. */
  async toTicket(attempt: AttemptDraft, reference: string): Promise<RegistrationTicket> {
    return this.#ticket(attempt, reference, await this.codes.codeLengthFor(attempt.identifierHash));
  }

  #ticket(attempt: AttemptDraft, reference: string, codeLength: number): RegistrationTicket {
    const identifier = identifierOf(attempt);
    return {
      id: this.ids.of(identifier),
      attemptId: attempt.attemptId,
      reference,
      channel: channelOf(identifier),
      destination: identifier.masked,
      codeLength,
      codeExpiresIn: this.rules.codeTtlSeconds,
      resendAfter: RESEND_AFTER_SECONDS,
      expiresIn: this.rules.attemptTtlSeconds,
    };
  }
}
