import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { Settings } from '#platform/config';
import { Log } from '#platform/observability';

/** Something in memory that outlives a clean stop. */
export interface Snapshotable {
  snapshot(): unknown;
  restore(snapshot: never): void;
}

/**
 * In-process stores survive a clean stop: written to the data folder (mode 0600) when the program ends, read and removed
 * when it starts. It holds what the stores hold: sealed passwords and MACs, never a code or a password.
 */
@Injectable()
export class SnapshotStore {
  readonly #stores = new Map<string, Snapshotable>();
  readonly #file: string;
  #loaded: Record<string, unknown> | undefined;

  constructor(
    settings: Settings,
    private readonly log: Log,
  ) {
    this.#file = path.join(settings.dataDir, 'pending.json');
  }

  register(name: string, store: Snapshotable): void {
    this.#stores.set(name, store);
    this.#loaded ??= this.#readAndRemove();
    if (this.#loaded[name] !== undefined) store.restore(this.#loaded[name] as never);
  }

  /** After everything else has stopped. A folder that takes no file costs what is pending, and not a clean end. */
  save(): void {
    if (this.#stores.size === 0) return;
    try {
      this.#write();
    } catch (error) {
      this.log.warn(
        { reason: String(error) },
        'pending attempts cannot be kept over this stop: DATA_DIR takes no file',
      );
    }
  }

  #write(): void {
    const content = Object.fromEntries([...this.#stores].map(([name, store]) => [name, store.snapshot()]));
    const draft = `${this.#file}.${process.pid}`;
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
    renameSync(draft, this.#file);
  }

  /** Removed once read: a snapshot is of the last clean stop only, never of an older one. One that stays is not believed. */
  #readAndRemove(): Record<string, unknown> {
    if (!existsSync(this.#file)) return {};
    try {
      const content = readFileSync(this.#file, 'utf8');
      rmSync(this.#file);
      return JSON.parse(content) as Record<string, unknown>;
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'pending attempts of the last run cannot be read');
      return {};
    }
  }
}

/** For a command that runs beside the program: what is pending stays where it is. */
@Injectable()
export class NoSnapshotStore extends SnapshotStore {
  override register(_name: string, _store: Snapshotable): void {}

  override save(): void {}
}
