import { Revocations } from '../application/ports.js';

export const LAST_TOKEN_EXPIRES_AT = new Date('2026-03-01T12:16:00.000Z');

/** Records revocations. */
export class RecordingRevocations extends Revocations {
  readonly revoked: object[] = [];

  override async revokeSession(customerId: string, sessionId: string): Promise<Date> {
    this.revoked.push({ customerId, sessionId });
    return LAST_TOKEN_EXPIRES_AT;
  }

  override async revokeCustomer(customerId: string, generation: number, kept: string | null): Promise<Date> {
    this.revoked.push({ customerId, generation, kept });
    return LAST_TOKEN_EXPIRES_AT;
  }
}
