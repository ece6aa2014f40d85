import { Injectable } from '@nestjs/common';
import { Log, Metrics } from '#platform/observability';
import { type VerificationOutcome, VerificationOutcomeRecorder } from '../../application/ports.js';

@Injectable()
export class MeteredVerificationOutcomes extends VerificationOutcomeRecorder {
  readonly #counter: ReturnType<Metrics['counter']>;

  constructor(
    private readonly log: Log,
    metrics: Metrics,
  ) {
    super();
    const help = 'Verifications that came from elsewhere, by what came of them';
    this.#counter = metrics.counter('customer_verifications_total', help, ['outcome']);
  }

  /** Does not log the event id: it is arbitrary text from another system. */
  recordOutcome(outcome: VerificationOutcome, masked: string): void {
    this.#counter.inc({ outcome });
    this.log.info({ outcome, identifier: masked }, 'handled an external identifier verification');
  }
}
