export type Role = 'customer' | 'staff' | 'admin';

/** Who signs in: a customer id with its roles and its password. */
export interface SubjectState {
  readonly customerId: string;
  readonly roles: readonly Role[];
  readonly status: 'active' | 'suspended';
  /** Rises when every session of the subject ends. */
  readonly generation: number;
  readonly credential: string | null;
}

export class Subject {
  private constructor(private readonly state: SubjectState) {}

  static enrol(customerId: string, roles: readonly Role[], credential: string | null): Subject {
    return new Subject({ customerId, roles, status: 'active', generation: 0, credential });
  }

  static restore(state: SubjectState): Subject {
    return new Subject(state);
  }

  /** What a password is compared with; null when nobody may sign in with one. */
  get usableCredential(): string | null {
    return this.state.status === 'active' ? this.state.credential : null;
  }

  snapshot(): SubjectState {
    return this.state;
  }
}
