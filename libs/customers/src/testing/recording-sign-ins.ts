import { SignIns } from '#auth';

/** Records ended sessions. */
export class RecordingSignIns extends SignIns {
  readonly #generations = new Map<string, number>();
  readonly endedAll: { readonly customerId: string; readonly by: string | null; readonly source: string | null }[] = [];
  readonly ended: { readonly customerId: string; readonly kept: string; readonly source: string }[] = [];

  override async openFirstSession(): Promise<null> {
    return null;
  }

  generationOf(customerId: string): number {
    return this.#generations.get(customerId) ?? 0;
  }

  override async endAllSessions(
    customerId: string,
    by: string | null = null,
    source: string | null = null,
  ): Promise<void> {
    this.endedAll.push({ customerId, by, source });
    this.#generations.set(customerId, this.generationOf(customerId) + 1);
  }

  override async endOtherSessions(
    customerId: string,
    kept: string,
    generation: number,
    source: string,
  ): Promise<boolean> {
    if (generation !== this.generationOf(customerId)) return false;
    this.ended.push({ customerId, kept, source });
    return true;
  }
}
