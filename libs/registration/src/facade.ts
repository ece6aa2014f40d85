/** The response to register and resend. The values are the configured settings, never a remaining budget. */
export interface RegistrationTicket {
  /** Id of the registration, never of the customer. It is derived from the identifier alone. */
  readonly id: string;
  readonly attemptId: string;
  readonly reference: string;
  readonly channel: 'email' | 'sms';
  /** The masked identifier. */
  readonly destination: string;
  readonly codeLength: number;
  /** In seconds, as the next three fields. */
  readonly codeExpiresIn: number;
  readonly resendAfter: number;
  readonly expiresIn: number;
}
