import { Reauthentication, type ReauthenticationOutcome } from '#auth';

/** Says what the test says, and keeps whose password it was asked for. */
export class StubReauthentication extends Reauthentication {
  result: ReauthenticationOutcome = { outcome: 'right', generation: 0 };
  readonly asked: string[] = [];

  override async checkPassword(customerId: string): Promise<ReauthenticationOutcome> {
    this.asked.push(customerId);
    return this.result;
  }
}
