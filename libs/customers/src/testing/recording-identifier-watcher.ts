import type { Identifier } from '#kernel';
import { type IdentifierMove, IdentifierWatcher } from '../facade.js';

/** Keeps what it was told: `email:mia@example.org -> <customer id>`, or nobody. */
export class RecordingIdentifierWatcher extends IdentifierWatcher {
  readonly told: string[] = [];
  readonly forgotten: string[] = [];

  override async forgetting(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    this.forgotten.push([customerId, ...identifiers.map(({ key }) => key)].join(' '));
  }

  override async moving(moves: readonly IdentifierMove[]): Promise<void> {
    this.told.push(...moves.map(({ identifier, holderId }) => `${identifier.key} -> ${holderId ?? 'nobody'}`));
  }
}
