import type { Identifier } from '#kernel';
import { type IdentifierAssignment, IdentifierAssignmentListener } from '../facade.js';

/** Records assignments as `email:mia@example.org -> <customer id>`, or `-> nobody` for a release. */
export class RecordingIdentifierAssignmentListener extends IdentifierAssignmentListener {
  readonly assignments: string[] = [];
  readonly erased: string[] = [];

  override async onCustomerErased(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    this.erased.push([customerId, ...identifiers.map(({ key }) => key)].join(' '));
  }

  override async beforeAssignment(assignments: readonly IdentifierAssignment[]): Promise<void> {
    this.assignments.push(
      ...assignments.map(({ identifier, holderId }) => `${identifier.key} -> ${holderId ?? 'nobody'}`),
    );
  }
}
