import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuditTrail, Clock, type Counters, type DomainError } from '#kernel';
import { clientAddressOf, clientNetworkOf } from '#platform/http';
import { Log } from '#platform/observability';
import { InMemoryCounters } from '#platform/rate-limits';

const MINUTE_MS = 60_000;
/** Maximum entries for each caller, minute and process, so that a probing caller cannot fill the audit log. */
const MAX_RECORDS_PER_MINUTE = 10;
/** Maximum length of the `detail` column. */
const MAX_DETAIL_LENGTH = 128;

interface AuthenticatedRequest extends FastifyRequest {
  readonly user?: { readonly customerId?: string };
}

/** Writes denied requests to the audit log (OWASP ASVS 16.3.2). */
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
   * Writes the entry before the response is sent, so that a crash loses none. A failed write does not change the response and
   * is logged. Returns undefined when there is nothing to record: the problem is not a denial, or the caller is not
   * authenticated.
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
      this.log.warn(
        { actor, detail, reason: (error as Error).name },
        'cannot write the denied request to the audit log',
      );
    }
  }
}
