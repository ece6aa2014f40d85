export type Role = 'customer' | 'staff' | 'admin';

/** An account that can sign in: a customer id with roles and a password. */
export interface SubjectState {
  readonly customerId: string;
  readonly roles: readonly Role[];
  readonly status: 'active' | 'suspended';
  /** Incremented when all sessions of the subject end. */
  readonly generation: number;
  readonly credential: string | null;
  /** Staff set the password: it is only valid for setting a new one. */
  readonly oneTime: boolean;
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47 locale of messages to the subject. */
  readonly locale: string;
}

const PRIVILEGED_ROLES: readonly Role[] = ['staff', 'admin'];

/** Whether an account can access data of other customers. */
export const isPrivileged = ({ roles }: Pick<SubjectState, 'roles'>): boolean =>
  roles.some((role) => PRIVILEGED_ROLES.includes(role));

/** Scope of a token: everything its roles allow, or setting a password only. */
export type Scope = 'customer' | 'password';

export type Enrolment = Pick<SubjectState, 'customerId' | 'roles' | 'credential' | 'market' | 'locale'> & {
  readonly oneTime?: boolean;
};

const FIRST_GENERATION = 0;

export class Subject {
  private constructor(private readonly state: SubjectState) {}

  static enrol(enrolment: Enrolment): Subject {
    const { customerId, roles, credential, market, locale, oneTime = false } = enrolment;
    const defaults = { status: 'active', generation: FIRST_GENERATION } as const;
    return new Subject({ customerId, roles, credential, market, locale, oneTime, ...defaults });
  }

  static restore(state: SubjectState): Subject {
    return new Subject(state);
  }

  /** The credential to compare a password with; null when the subject cannot sign in. */
  get usableCredential(): string | null {
    return this.state.status === 'active' ? this.state.credential : null;
  }

  /**
   * Active, and its sessions were never all ended since enrolment. Every password change increments the generation, so the
   * password is still the one of the enrolment.
   */
  get isUnchangedSinceEnrolment(): boolean {
    return this.state.status === 'active' && this.state.generation === FIRST_GENERATION;
  }

  get scope(): Scope {
    return this.state.oneTime ? 'password' : 'customer';
  }

  snapshot(): SubjectState {
    return this.state;
  }
}
