import { Credentials, type NewSubject, type PreHash } from '#auth';

/** Keeps who was enrolled. */
export class RecordingCredentials extends Credentials {
  readonly enrolled: NewSubject[] = [];

  override preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    return [{ kid: '0', value: password }];
  }

  override async hash({ value }: PreHash): Promise<string> {
    return `hashed(${value})`;
  }

  override async enrol(subject: NewSubject): Promise<void> {
    this.enrolled.push(subject);
  }
}
