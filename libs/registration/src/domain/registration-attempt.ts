import { type Identifier, parseIdentifier } from '#kernel';

export interface Profile {
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47 */
  readonly locale: string;
}

/** Where an attempt is kept: the keyed hash of its identifier, and the keyed tag of its password. */
export interface AttemptKey {
  readonly identifierHash: string;
  readonly tag: string;
}

/** Times are Unix milliseconds by the attempt store's clock; 0 is never. */
export interface AttemptState extends AttemptKey {
  readonly attemptId: string;
  readonly customerId: string;
  /** The id was drawn because no key was seen: an attempt that stands there already has the better one. */
  readonly provisional: boolean;
  /** Canonical e-mail address or E.164 phone number. */
  readonly recipient: string;
  readonly profile: Profile;
  /** The pre-hash of the password, sealed; with it an event can activate the attempt without the password. */
  readonly sealedPreHash: string;
  /** Two characters that stand in the answer and in the message, so that one knows which code is which. */
  readonly reference: string;
  /** The identifier is a customer's: an attempt that looks like any other and can never be activated. */
  readonly decoy: boolean;
  /** Source prefix it came from. */
  readonly source: string;
  /** Its key is stored and its start announced. */
  readonly started: boolean;
  readonly expiresAt: number;
  /** When its last code was asked for. */
  readonly askedAt: number;
  /** Until then a code of it may be alive. */
  readonly codeUntil: number;
  readonly activatedAt: number;
}

/** What is known before the attempt is placed. */
export type AttemptDraft = Omit<AttemptState, 'started' | 'expiresAt' | 'askedAt' | 'codeUntil' | 'activatedAt'>;

/** The canonical form reads as itself. */
export const identifierOf = ({ recipient, profile }: AttemptDraft): Identifier =>
  parseIdentifier(recipient, profile.market);

export const channelOf = ({ kind }: Pick<Identifier, 'kind'>): 'email' | 'sms' => (kind === 'email' ? 'email' : 'sms');

/** E.164 starts with a plus sign; only an address has an at sign. */
export const channelForRecipient = ({ recipient }: AttemptDraft): 'email' | 'sms' =>
  recipient.includes('@') ? 'email' : 'sms';

/** One try to register: an identifier, a password, a profile. Proof binds to it, never to the identifier alone. */
export class RegistrationAttempt {
  private constructor(private readonly state: AttemptState) {}

  static restore(state: AttemptState): RegistrationAttempt {
    return new RegistrationAttempt(state);
  }

  /** It was activated and stays for its thirty minutes, so that a lost answer can be repeated. */
  get isReceipt(): boolean {
    return this.state.activatedAt > 0;
  }

  /** A repeated activation within the minute is the same click; later it is a second one. */
  isFreshReceipt(now: Date): boolean {
    return this.isReceipt && now.getTime() - this.state.activatedAt < 60_000;
  }

  snapshot(): AttemptState {
    return this.state;
  }
}
