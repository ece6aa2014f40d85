import type { Identifier } from '#kernel';
import { type IdentifierAssignment, IdentifierAssignmentListener } from '../facade.js';

/** Keeps what it was told: `email:mia@example.org -> <customer id>`, or nobody. */
export class RecordingIdentifierAssignmentListener extends IdentifierAssignmentListener {
  readonly assignments: string[] = [];
  readonly erased: string[] = [];

  override async onCustomerErased(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    this.erased.push([customerId, ...identifiers.map(({ key }) => key)].join(' '));
  }

  override async beforeAssignment(moves: readonly IdentifierAssignment[]): Promise<void> {
    this.assignments.push(...moves.map(({ identifier, holderId }) => `${identifier.key} -> ${holderId ?? 'nobody'}`));
  }
}
