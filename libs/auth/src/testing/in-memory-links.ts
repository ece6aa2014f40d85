import type { Clock } from '#kernel';
import { TransactionConflict } from '#platform';
import { type Identity, type Link, Links } from '../application/link-ports.js';
import { type Subjects } from '../application/ports.js';
import type { Subject } from '../domain/subject.js';

/** Passes the contract of `Links`, without a transaction to join. */
export class InMemoryLinks extends Links {
  readonly links = new Map<string, Link>();

  constructor(
    private readonly subjects: Subjects,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async find(identity: Identity): Promise<Link | null> {
    return this.links.get(keyOf(identity)) ?? null;
  }

  override async add(link: Omit<Link, 'createdAt'>): Promise<Link> {
    if (this.links.has(keyOf(link))) throw new TransactionConflict();
    const added = { ...link, createdAt: this.clock.now() };
    this.links.set(keyOf(link), added);
    return added;
  }

  override async remove(id: string, customerId: string): Promise<boolean> {
    const found = [...this.links.values()].find((link) => link.id === id && link.customerId === customerId);
    return found !== undefined && this.links.delete(keyOf(found));
  }

  override async removeAllOf(customerId: string): Promise<number> {
    const found = [...this.links].filter(([, link]) => link.customerId === customerId);
    for (const [key] of found) this.links.delete(key);
    return found.length;
  }

  override async subjectOf(identity: Identity): Promise<Subject | null> {
    const link = await this.find(identity);
    return link && this.subjects.byId(link.customerId);
  }
}

const keyOf = ({ issuer, subject }: Identity): string => JSON.stringify([issuer, subject]);
