/** Tells other replicas that there is something to read. A hint only: nothing depends on its arrival. */
export class RevocationHints {
  publishHint(): void {}
  onHint(_listener: () => void): void {}
}
