import type { HashTicket, PasswordHasher } from '#kernel';
import { Subject } from '../../domain/subject.js';
import { Credentials, type NewSubject, type PreHash, type Role } from '../../facade.js';
import type { PasswordScheme, Subjects } from '../ports.js';
import { assertNotLastAdministrator } from './assert-not-last-administrator.js';
import type { SessionEnder } from './session-ender.js';

export class HashedCredentials extends Credentials {
  constructor(
    private readonly subjects: Subjects,
    private readonly scheme: PasswordScheme,
    private readonly hasher: PasswordHasher,
    private readonly ender: SessionEnder,
  ) {
    super();
  }

  preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    return this.scheme.preHashes(password);
  }

  async hash({ kid, value }: PreHash, ticket: HashTicket): Promise<string> {
    return this.scheme.encode(kid, await this.hasher.hash(value, ticket));
  }

  async enrol({ identifierHash, ...enrolment }: NewSubject): Promise<void> {
    await this.subjects.add(Subject.enrol(enrolment), identifierHash);
  }
  async setRoles(customerId: string, roles: readonly Role[], by: string | null): Promise<void> {
    if (!roles.includes('admin')) await assertNotLastAdministrator(this.subjects, customerId);
    await this.subjects.setRoles(customerId, roles);
    await this.#endAll(customerId, 'auth.roles.changed', by);
  }

  async hasRole(customerId: string, role: Role): Promise<boolean> {
    return (await this.subjects.findById(customerId))?.snapshot().roles.includes(role) ?? false;
  }

  async isUnchangedSinceEnrolment(customerId: string): Promise<boolean> {
    return (await this.subjects.findById(customerId))?.isUnchangedSinceEnrolment ?? false;
  }

  anyActiveHasRole(role: Role): Promise<boolean> {
    return this.subjects.anyActiveHasRole(role);
  }
  async setStatus(customerId: string, status: 'active' | 'suspended', by: string | null): Promise<void> {
    if (status === 'suspended') await assertNotLastAdministrator(this.subjects, customerId);
    await this.subjects.setStatus(customerId, status);
    if (status === 'suspended') await this.#endAll(customerId, 'auth.suspended', by);
  }

  async revokeSignIn(customerId: string, by: string | null): Promise<void> {
    await assertNotLastAdministrator(this.subjects, customerId);
    await this.subjects.removeIdentifiers(customerId);
    await this.subjects.setStatus(customerId, 'suspended');
    await this.#endAll(customerId, 'auth.withdrawn', by);
  }

  async restoreSignIn(customerId: string, identifierHash: string): Promise<void> {
    await this.subjects.addIdentifier(customerId, identifierHash);
    await this.subjects.setStatus(customerId, 'active');
  }

  async #endAll(customerId: string, action: string, by: string | null): Promise<void> {
    const subject = await this.subjects.findById(customerId);
    if (subject) await this.ender.endAllSessions(subject.snapshot(), action, { by, source: null });
  }
}
