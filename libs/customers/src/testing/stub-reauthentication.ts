import { type Reauthenticated, Reauthentication } from '#auth';

/** Says what the test says, and keeps whose password it was asked for. */
export class StubReauthentication extends Reauthentication {
  result: Reauthenticated = { outcome: 'right', generation: 0 };
  readonly asked: string[] = [];

  override async check(customerId: string): Promise<Reauthenticated> {
    this.asked.push(customerId);
    return this.result;
  }
}
