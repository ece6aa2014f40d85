import type { Dialect } from './dialect.js';
import { toMssqlParameter } from './mssql-parameters.js';

const PLACEHOLDER: Partial<Record<Dialect, (n: number) => string>> = {
  postgres: (n) => `$${n + 1}`,
  mssql: (n) => `@${n}`,
};

/** Replaces `?` with the driver's placeholders, `$1` or `@0`. The SQL must not contain a question mark in a literal. */
export class Placeholders {
  readonly #texts = new Map<string, string>();

  constructor(private readonly dialect: Dialect) {}

  text(sql: string): string {
    const mark = PLACEHOLDER[this.dialect];
    if (!mark) return sql;
    const known = this.#texts.get(sql);
    if (known !== undefined) return known;
    let n = 0;
    const text = sql.replaceAll('?', () => mark(n++));
    this.#texts.set(sql, text);
    return text;
  }

  values(values: readonly unknown[]): unknown[] {
    return this.dialect === 'mssql' ? values.map(toMssqlParameter) : [...values];
  }
}
