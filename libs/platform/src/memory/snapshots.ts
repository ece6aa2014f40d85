import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Log } from '../telemetry/logger.js';

/** Something in memory that outlives a clean stop. */
export interface Keepable {
  snapshot(): unknown;
  restore(kept: never): void;
}

/**
 * In-process stores survive a clean stop: written to the data folder (mode 0600) when the program ends, read and removed
 * when it starts. It holds what the stores hold: sealed passwords and MACs, never a code or a password.
 */
@Injectable()
export class Snapshots {
  readonly #kept = new Map<string, Keepable>();
  readonly #file: string;
  #found: Record<string, unknown> | undefined;

  constructor(
    settings: Settings,
    private readonly log: Log,
  ) {
    this.#file = path.join(settings.dataDir, 'pending.json');
  }

  keep(name: string, store: Keepable): void {
    this.#kept.set(name, store);
    this.#found ??= this.#take();
    if (this.#found[name] !== undefined) store.restore(this.#found[name] as never);
  }

  /** After everything else has stopped. */
  save(): void {
    if (this.#kept.size === 0) return;
    const content = Object.fromEntries([...this.#kept].map(([name, store]) => [name, store.snapshot()]));
    const draft = `${this.#file}.${process.pid}`;
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
    renameSync(draft, this.#file);
  }

  /** Removed once read: a snapshot is of the last clean stop only, never of an older one. */
  #take(): Record<string, unknown> {
    try {
      if (!existsSync(this.#file)) return {};
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, unknown>;
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'pending attempts of the last run cannot be read');
      return {};
    } finally {
      rmSync(this.#file, { force: true });
    }
  }
}

/** For a command that runs beside the program: what is pending stays where it is. */
@Injectable()
export class NoSnapshots extends Snapshots {
  override keep(_name: string, _store: Keepable): void {}

  override save(): void {}
}
