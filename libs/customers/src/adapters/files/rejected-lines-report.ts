import { type FileHandle, open } from 'node:fs/promises';
import type { Fault } from '#kernel';

/** The report of an import: line numbers and reasons, never the contents of a line. */
export class RejectedLinesReport {
  private constructor(private readonly file: FileHandle) {}

  static async create(path: string): Promise<RejectedLinesReport> {
    return new RejectedLinesReport(await open(path, 'w', 0o600));
  }

  async add(rejected: readonly { readonly line: number; readonly errors: readonly Fault[] }[]): Promise<void> {
    if (rejected.length === 0) return;
    await this.file.write(rejected.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
