import { InvalidConfiguration } from './invalid-configuration.js';

/** Reads settings one by one and collects problems. An empty value is unset. */
export class SettingsReader {
  readonly #problems: string[] = [];

  constructor(private readonly env: Readonly<Record<string, string | undefined>>) {}

  text(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** Names of the settings that are set. */
  namesWithPrefix(prefix: string): readonly string[] {
    return Object.keys(this.env).filter((name) => name.startsWith(prefix) && this.text(name) !== undefined);
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const raw = this.text(name);
    if (raw === undefined) return fallback;
    const value = /^\d{1,12}$/.test(raw) ? Number(raw) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.#addProblemAndReturn(name, `must be a whole number from ${min} to ${max}`, fallback);
  }

  oneOf<T extends string>(name: string, allowed: readonly [T, ...T[]]): T {
    const raw = this.text(name);
    if (raw === undefined) return allowed[0];
    const found = allowed.find((candidate) => candidate === raw);
    return found ?? this.#addProblemAndReturn(name, `must be one of ${allowed.join(', ')}`, allowed[0]);
  }

  /** Returns null for `off`. */
  integerOrOff(name: string, fallback: number, min: number, max: number): number | null {
    return this.text(name) === 'off' ? null : this.integer(name, fallback, min, max);
  }

  /** Reads a URL with one of the schemes. Problems never contain the value, because URLs can hold passwords. */
  url(name: string, schemes: readonly string[]): string | undefined {
    const raw = this.text(name);
    return raw === undefined ? undefined : this.#checkedUrl(name, raw, schemes);
  }

  urls(name: string, schemes: readonly string[]): readonly string[] {
    return this.list(name).flatMap((raw) => this.#checkedUrl(name, raw, schemes) ?? []);
  }

  list(name: string): readonly string[] {
    const parts = (this.text(name) ?? '').split(',').map((part) => part.trim());
    return parts.filter((part) => part !== '');
  }

  matching(name: string, fallback: string, shape: RegExp, hint: string): string {
    const raw = this.text(name);
    if (raw === undefined || shape.test(raw)) return raw ?? fallback;
    return this.#addProblemAndReturn(name, `must be ${hint}`, fallback);
  }

  addProblem(name: string, why: string): void {
    this.#problems.push(`${name} ${why}`);
  }

  /** @throws InvalidConfiguration when there is any problem */
  throwIfInvalid(): void {
    if (this.#problems.length > 0) throw new InvalidConfiguration(this.#problems);
  }

  #checkedUrl(name: string, raw: string, schemes: readonly string[]): string | undefined {
    const scheme = URL.canParse(raw) ? new URL(raw).protocol.slice(0, -1) : '';
    if (schemes.includes(scheme)) return raw;
    return this.#addProblemAndReturn(
      name,
      `must be a URL that starts with ${schemes.map((s) => `${s}://`).join(' or ')}`,
      undefined,
    );
  }

  #addProblemAndReturn<T>(name: string, why: string, fallback: T): T {
    this.addProblem(name, why);
    return fallback;
  }
}
