import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuditTrail, Clock, type Counters, type DomainError } from '#kernel';
import { clientAddressOf, clientNetworkOf } from '#platform/http';
import { Log } from '#platform/observability';
import { InMemoryCounters } from '#platform/rate-limits';

const MINUTE_MS = 60_000;
/** Lines of one caller in a minute and process: whoever knocks at every door is known by then, and must not fill the trail. */
const MAX_RECORDS_PER_MINUTE = 10;
/** As much as a line takes. */
const MAX_DETAIL_LENGTH = 128;

interface AuthenticatedRequest extends FastifyRequest {
  readonly user?: { readonly customerId?: string };
}

/** Writes down who was refused where (OWASP ASVS 16.3.2). */
@Injectable()
export class AccessDenialRecorder {
  readonly #recentDenials: Counters;

  constructor(
    private readonly trail: AuditTrail,
    private readonly log: Log,
    clock: Clock,
  ) {
    this.#recentDenials = new InMemoryCounters(clock);
  }

  /**
   * Before the answer is sent, so that no refusal is lost with a process. A line that cannot be written changes no answer: the log
   * tells of it. Undefined: there is nothing to write down, because it is no refusal of somebody who is signed in.
   */
  recordDenial(error: DomainError, request: FastifyRequest): Promise<void> | undefined {
    const actor = (request as AuthenticatedRequest).user?.customerId;
    return error.kind === 'forbidden' && actor !== undefined ? this.#record(actor, request) : undefined;
  }

  async #record(actor: string, request: FastifyRequest): Promise<void> {
    const taken = await this.#recentDenials.reserve(actor, [{ max: MAX_RECORDS_PER_MINUTE, windowMs: MINUTE_MS }]);
    if (!taken.allowed) return;
    const detail = `${request.method} ${request.routeOptions.url ?? 'none'}`.slice(0, MAX_DETAIL_LENGTH);
    const source = clientNetworkOf(clientAddressOf(request));
    try {
      await this.trail.record({ action: 'auth.access.refused', actor, target: null, source, detail });
    } catch (error) {
      this.log.warn({ actor, detail, reason: (error as Error).name }, 'a refusal is missing in the audit trail');
    }
  }
}
