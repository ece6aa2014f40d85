import { Revocations } from '../application/ports.js';

export const LAST_TOKEN_DIES = new Date('2026-03-01T12:16:00.000Z');

/** Keeps what was revoked. */
export class RecordingRevocations extends Revocations {
  readonly revoked: object[] = [];

  override async ofSession(customerId: string, sessionId: string): Promise<Date> {
    this.revoked.push({ customerId, sessionId });
    return LAST_TOKEN_DIES;
  }

  override async ofCustomer(customerId: string, generation: number, kept: string | null): Promise<Date> {
    this.revoked.push({ customerId, generation, kept });
    return LAST_TOKEN_DIES;
  }
}
