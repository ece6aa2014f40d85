import type { PasswordHasher } from '#kernel';
import { Subject } from '../domain/subject.js';
import { Credentials, type NewSubject, type PreHash } from '../facade.js';
import type { PasswordScheme, Subjects } from './ports.js';

export class HashedCredentials extends Credentials {
  constructor(
    private readonly subjects: Subjects,
    private readonly scheme: PasswordScheme,
    private readonly hasher: PasswordHasher,
  ) {
    super();
  }

  preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    return this.scheme.preHashes(password);
  }

  async hash({ kid, value }: PreHash): Promise<string> {
    return this.scheme.encode(kid, await this.hasher.hash(value, 'activation'));
  }

  async enrol({ identifierHash, ...enrolment }: NewSubject): Promise<void> {
    await this.subjects.add(Subject.enrol(enrolment), identifierHash);
  }
}
