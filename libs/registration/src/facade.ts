/** What the sign-up page needs after register and resend. The values are the settings, never what is left of a budget. */
export interface RegistrationTicket {
  /** Of the registration, never of the customer: it follows from the identifier alone. */
  readonly id: string;
  readonly attemptId: string;
  readonly reference: string;
  readonly channel: 'email' | 'sms';
  /** Masked. */
  readonly destination: string;
  readonly codeLength: number;
  /** Seconds, as the three that follow. */
  readonly codeExpiresIn: number;
  readonly resendAfter: number;
  readonly expiresIn: number;
}
