import { GuessAlarm } from '../application/ports.js';

export class RecordingGuessAlarm extends GuessAlarm {
  readonly raised: number[] = [];

  raiseAlarm(wrongInAnHour: number): void {
    this.raised.push(wrongInAnHour);
  }
}
