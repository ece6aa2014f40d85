import { CredentialTransfer, type ImportedSubject } from '#auth';
import { InvalidInput } from '#kernel';

/** Accepts hashes such as `theirs(…)` and records enrolments. */
export class RecordingCredentialTransfer extends CredentialTransfer {
  readonly enrolled: ImportedSubject[] = [];

  override importPasswordHash(hash: string, customerId: string): string {
    if (!hash.startsWith('theirs(')) throw InvalidInput.at('/passwordHash', 'password_hash.unknown', 'is not known');
    return `${customerId} ${hash}`;
  }

  override async enrolSubjects(subjects: readonly ImportedSubject[]): Promise<void> {
    this.enrolled.push(...subjects);
  }

  override async exportPasswordHashes(): Promise<ReadonlyMap<string, string>> {
    return new Map();
  }
}
