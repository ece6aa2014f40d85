export type Role = 'customer' | 'staff' | 'admin';

/** Who signs in: a customer id with its roles and its password. */
export interface SubjectState {
  readonly customerId: string;
  readonly roles: readonly Role[];
  readonly status: 'active' | 'suspended';
  /** Rises when every session of the subject ends. */
  readonly generation: number;
  readonly credential: string | null;
  /** The password was given by somebody else: it is good for setting a new one only. */
  readonly oneTime: boolean;
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47, of messages to it. */
  readonly locale: string;
}

const PRIVILEGED_ROLES: readonly Role[] = ['staff', 'admin'];

/** Whether an account may see or change what belongs to others. */
export const isPrivileged = ({ roles }: Pick<SubjectState, 'roles'>): boolean =>
  roles.some((role) => PRIVILEGED_ROLES.includes(role));

/** What a token may be used for: everything its roles allow, or nothing but setting a password. */
export type Scope = 'customer' | 'password';

export type Enrolment = Pick<SubjectState, 'customerId' | 'roles' | 'credential' | 'market' | 'locale'> & {
  readonly oneTime?: boolean;
};

const FIRST_GENERATION = 0;

export class Subject {
  private constructor(private readonly state: SubjectState) {}

  static enrol(enrolment: Enrolment): Subject {
    const { customerId, roles, credential, market, locale, oneTime = false } = enrolment;
    const fresh = { status: 'active', generation: FIRST_GENERATION } as const;
    return new Subject({ customerId, roles, credential, market, locale, oneTime, ...fresh });
  }

  static restore(state: SubjectState): Subject {
    return new Subject(state);
  }

  /** What a password is compared with; null when nobody may sign in with one. */
  get usableCredential(): string | null {
    return this.state.status === 'active' ? this.state.credential : null;
  }

  /**
   * Active, and nothing has ended its sessions since it was enrolled. Whatever takes a password away raises the generation, so
   * the password is the one of the enrolment.
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
