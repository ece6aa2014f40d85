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

/** The job kind. The job reference names an attempt and the number of digits shown to the client. */
export const CODE_DUE = 'registration.code';
const referenceOf = ({ identifierHash, tag }: AttemptKey, length: number): string =>
  `${identifierHash}.${tag}.${length}`;

export function readReference(reference: string): { readonly key: AttemptKey; readonly length: number } {
  const [identifierHash = '', tag = '', length] = reference.split('.');
  return { key: { identifierHash, tag }, length: Number(length) };
}

/** `retryAfterSeconds` is null when a code is being sent, or when the client must not learn that none is. */
export interface Requested {
  readonly ticket: RegistrationTicket;
  readonly retryAfterSeconds: number | null;
}

/** Requests a code for an attempt by enqueueing a job. A background worker creates and sends the code. */
export class CodeRequests {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly secrets: AttemptSecrets,
    private readonly codes: Codes,
    private readonly sends: SendBudget,
    private readonly jobs: JobQueue,
    private readonly ids: OpaqueRegistrationIds,
    private readonly settings: RegistrationSettings,
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
    let releaseSms = async (): Promise<void> => undefined;
    try {
      releaseSms = await this.sends.reserveSms(attempt, source);
      await this.jobs.enqueue({ kind: CODE_DUE, reference: referenceOf(attempt, length) });
    } catch (error) {
      // The client retries after a 429 or 503, so the code must not count as requested.
      const cancelled = this.attempts.cancelCodeRequest(attempt, attempt.attemptId, reference);
      await Promise.allSettled([cancelled, permission.release(), releaseSms()]);
      throw error;
    }
    return answer(reference, null);
  }

  /** Builds a ticket without requesting a message. */
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
      codeExpiresIn: this.settings.codeTtlSeconds,
      resendAfter: RESEND_AFTER_SECONDS,
      expiresIn: this.settings.attemptTtlSeconds,
    };
  }
}
