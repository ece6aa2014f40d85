import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { Settings } from '#platform/config';
import { Log } from '#platform/observability';

/** An in-memory store that survives a clean stop. */
export interface Snapshotable {
  snapshot(): unknown;
  restore(snapshot: never): void;
}

/**
 * Preserves in-process stores over a clean stop: written to the data folder (mode 0600) at shutdown, read and removed at
 * startup. The file contains what the stores contain: sealed passwords and MACs, never a code or a password.
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

  /**
   * Runs after everything else has stopped. If the file cannot be written, pending attempts are lost, and the stop is still
   * clean.
   */
  save(): void {
    if (this.#stores.size === 0) return;
    try {
      this.#write();
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'cannot save pending attempts: writing to DATA_DIR failed');
    }
  }

  #write(): void {
    const content = Object.fromEntries([...this.#stores].map(([name, store]) => [name, store.snapshot()]));
    const draft = `${this.#file}.${process.pid}`;
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
    renameSync(draft, this.#file);
  }

  /** Removed after reading: a snapshot belongs to the last clean stop only. If it cannot be removed, its content is ignored. */
  #readAndRemove(): Record<string, unknown> {
    if (!existsSync(this.#file)) return {};
    try {
      const content = readFileSync(this.#file, 'utf8');
      rmSync(this.#file);
      return JSON.parse(content) as Record<string, unknown>;
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'cannot read the pending attempts of the last run');
      return {};
    }
  }
}

/** For a CLI command that runs alongside the server: pending attempts stay untouched. */
@Injectable()
export class NoSnapshotStore extends SnapshotStore {
  override register(_name: string, _store: Snapshotable): void {}

  override save(): void {}
}
