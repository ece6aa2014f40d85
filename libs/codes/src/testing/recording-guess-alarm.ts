import { GuessAlarm } from '../application/ports.js';

export class RecordingGuessAlarm extends GuessAlarm {
  readonly raised: number[] = [];

  raise(wrongInAnHour: number): void {
    this.raised.push(wrongInAnHour);
  }
}
