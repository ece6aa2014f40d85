import { Injectable } from '@nestjs/common';
import { Log } from '#platform/observability';
import { GuessAlarm } from '../../application/ports.js';

const LOG_INTERVAL_MS = 600_000;

/** Logs at most one line every ten minutes. */
@Injectable()
export class LoggedGuessAlarm extends GuessAlarm {
  #quietUntil = 0;

  constructor(private readonly log: Log) {
    super();
  }

  raiseAlarm(wrongInAnHour: number): void {
    if (performance.now() < this.#quietUntil) return;
    this.#quietUntil = performance.now() + LOG_INTERVAL_MS;
    this.log.error(
      { alarm: 'codes.guessing', wrongInAnHour },
      'wrong codes in the last hour have reached the alarm threshold: check the clients for code guessing',
    );
  }
}
