import { type Clock, TransactionConflict } from '#kernel';
import { type ExternalIdentity, LinkedIdentities, type LinkedIdentity } from '../application/linked-identity-ports.js';
import { type Subjects } from '../application/ports.js';
import type { Subject } from '../domain/subject.js';

/** Passes the contract of `LinkedIdentities`, without transactions. */
export class InMemoryLinkedIdentities extends LinkedIdentities {
  readonly links = new Map<string, LinkedIdentity>();

  constructor(
    private readonly subjects: Subjects,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async findByIdentity(identity: ExternalIdentity): Promise<LinkedIdentity | null> {
    return this.links.get(keyOf(identity)) ?? null;
  }

  override async add(link: Omit<LinkedIdentity, 'createdAt'>): Promise<LinkedIdentity> {
    if (this.links.has(keyOf(link))) throw new TransactionConflict();
    const added = { ...link, createdAt: this.clock.now() };
    this.links.set(keyOf(link), added);
    return added;
  }

  override async remove(id: string, customerId: string): Promise<boolean> {
    const found = [...this.links.values()].find((link) => link.id === id && link.customerId === customerId);
    return found !== undefined && this.links.delete(keyOf(found));
  }

  override async removeAllByCustomer(customerId: string): Promise<number> {
    const found = [...this.links].filter(([, link]) => link.customerId === customerId);
    for (const [key] of found) this.links.delete(key);
    return found.length;
  }

  override async findSubject(identity: ExternalIdentity): Promise<Subject | null> {
    const link = await this.findByIdentity(identity);
    return link && this.subjects.findById(link.customerId);
  }
}

const keyOf = ({ issuer, subject }: ExternalIdentity): string => JSON.stringify([issuer, subject]);
