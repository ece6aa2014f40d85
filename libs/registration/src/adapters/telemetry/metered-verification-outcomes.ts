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

  /** The id of the event is another harness's: any text, so it is not logged. */
  recordOutcome(outcome: VerificationOutcome, masked: string): void {
    this.#counter.inc({ outcome });
    this.log.info({ outcome, identifier: masked }, 'somebody was verified elsewhere');
  }
}
