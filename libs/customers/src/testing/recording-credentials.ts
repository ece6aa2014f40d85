import { Credentials, type NewSubject, type PreHash, type Role } from '#auth';

/** Records enrolments, roles and statuses. */
export class RecordingCredentials extends Credentials {
  readonly enrolled: NewSubject[] = [];
  readonly roles: { readonly customerId: string; readonly roles: readonly Role[] }[] = [];

  readonly administrators = new Set<string>();
  readonly statuses: { readonly customerId: string; readonly status: 'active' | 'suspended' }[] = [];
  readonly withdrawn: string[] = [];
  readonly readmitted: { readonly customerId: string; readonly identifierHash: string }[] = [];

  override preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    return [{ kid: '0', value: password }];
  }

  override async hash({ value }: PreHash): Promise<string> {
    return `hashed(${value})`;
  }

  override async enrol(subject: NewSubject): Promise<void> {
    this.enrolled.push(subject);
  }

  override async isUnchangedSinceEnrolment(customerId: string): Promise<boolean> {
    return this.enrolled.some((subject) => subject.customerId === customerId);
  }

  override async setRoles(customerId: string, roles: readonly Role[]): Promise<void> {
    this.roles.push({ customerId, roles });
  }

  override async hasRole(customerId: string, role: Role): Promise<boolean> {
    return this.administrators.has(customerId) && role === 'admin';
  }

  override async anyActiveHasRole(): Promise<boolean> {
    return false;
  }

  override async setStatus(customerId: string, status: 'active' | 'suspended'): Promise<void> {
    this.statuses.push({ customerId, status });
  }

  override async revokeSignIn(customerId: string): Promise<void> {
    this.withdrawn.push(customerId);
  }

  override async restoreSignIn(customerId: string, identifierHash: string): Promise<void> {
    this.readmitted.push({ customerId, identifierHash });
  }
}
