import { CredentialTransfer, type TransferredSubject } from '#auth';
import { InvalidInput } from '#kernel';

/** Takes hashes `theirs(…)`, and keeps who was enrolled. */
export class RecordingCredentialTransfer extends CredentialTransfer {
  readonly enrolled: TransferredSubject[] = [];

  override accept(hash: string, customerId: string): string {
    if (!hash.startsWith('theirs(')) throw InvalidInput.at('/passwordHash', 'password_hash.unknown', 'is not known');
    return `${customerId} ${hash}`;
  }

  override async enrolAll(subjects: readonly TransferredSubject[]): Promise<void> {
    this.enrolled.push(...subjects);
  }

  override async reveal(): Promise<ReadonlyMap<string, string>> {
    return new Map();
  }
}
