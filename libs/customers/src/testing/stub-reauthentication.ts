import { Reauthentication, type ReauthenticationOutcome } from '#auth';

/** Returns `result` and records the checked customers. */
export class StubReauthentication extends Reauthentication {
  result: ReauthenticationOutcome = { outcome: 'right', generation: 0 };
  readonly asked: string[] = [];

  override async checkPassword(customerId: string): Promise<ReauthenticationOutcome> {
    this.asked.push(customerId);
    return this.result;
  }
}
