import { type Identifier, parseIdentifier } from '#kernel';

export interface Profile {
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47 */
  readonly locale: string;
}

/** Storage key of an attempt: the keyed hash of its identifier, and the keyed tag of its password. */
export interface AttemptKey {
  readonly identifierHash: string;
  readonly tag: string;
}

/** Times are Unix milliseconds of the attempt store's clock; 0 means never. */
export interface AttemptState extends AttemptKey {
  readonly attemptId: string;
  readonly customerId: string;
  /** The id was generated because no key was found. An existing attempt keeps its own id. */
  readonly provisional: boolean;
  /** Canonical e-mail address or E.164 phone number. */
  readonly recipient: string;
  readonly profile: Profile;
  /** The sealed pre-hash of the password. With it an event can activate the attempt without the password. */
  readonly sealedPreHash: string;
  /** Two characters shown in the response and in the message, so that people can match codes to requests. */
  readonly reference: string;
  /** The identifier belongs to a customer: the attempt looks like any other but can never be activated. */
  readonly decoy: boolean;
  /** Source prefix of the request. */
  readonly source: string;
  /** The key is stored and the start is published. */
  readonly started: boolean;
  readonly expiresAt: number;
  /** Time of the last code request. */
  readonly askedAt: number;
  /** Until then a code of this attempt may be live. */
  readonly codeUntil: number;
  readonly activatedAt: number;
}

/** State of an attempt before it is placed. */
export type AttemptDraft = Omit<AttemptState, 'started' | 'expiresAt' | 'askedAt' | 'codeUntil' | 'activatedAt'>;

/** Parsing a canonical form returns the same identifier. */
export const identifierOf = ({ recipient, profile }: AttemptDraft): Identifier =>
  parseIdentifier(recipient, profile.market);

export const channelOf = ({ kind }: Pick<Identifier, 'kind'>): 'email' | 'sms' => (kind === 'email' ? 'email' : 'sms');

/** E.164 starts with a plus sign; only an address has an at sign. */
export const channelForRecipient = ({ recipient }: AttemptDraft): 'email' | 'sms' =>
  recipient.includes('@') ? 'email' : 'sms';

/** One try to register with an identifier, a password and a profile. Proof is bound to the attempt, never to the identifier alone. */
export class RegistrationAttempt {
  private constructor(private readonly state: AttemptState) {}

  static restore(state: AttemptState): RegistrationAttempt {
    return new RegistrationAttempt(state);
  }

  /** True for an activated attempt, which is kept for thirty minutes so that a lost response can be repeated. */
  get isReceipt(): boolean {
    return this.state.activatedAt > 0;
  }

  /** A repeated activation within a minute gets the same response; a later one is rejected. */
  isFreshReceipt(now: Date): boolean {
    return this.isReceipt && now.getTime() - this.state.activatedAt < 60_000;
  }

  snapshot(): AttemptState {
    return this.state;
  }
}
