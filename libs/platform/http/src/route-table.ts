import { Injectable } from '@nestjs/common';

interface Entry {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/** The methods that a path supports, for 405 and its `Allow` (RFC 9110, 15.5.6). */
@Injectable()
export class RouteTable {
  readonly #entries = new Map<string, Entry>();

  add(path: string, methods: readonly string[]): void {
    const segments = split(path);
    const entry = this.#entries.get(segments.join('/')) ?? { segments, methods: new Set() };
    for (const method of methods) entry.methods.add(method);
    this.#entries.set(segments.join('/'), entry);
  }

  methodsFor(url: string): readonly string[] {
    return [...new Set(this.#entriesFor(url).flatMap(({ methods }) => [...methods]))].sort();
  }

  /** The routes of a path, for all methods. The path is compared as sent, without decoding. */
  patternsFor(url: string): readonly string[] {
    return this.#entriesFor(url).map(({ segments }) => segments.join('/'));
  }

  #entriesFor(url: string): readonly Entry[] {
    const asked = split(url.split('?', 1)[0] ?? '');
    return [...this.#entries.values()].filter(({ segments }) => matches(segments, asked));
  }
}

const split = (path: string): readonly string[] => path.replace(/\/$/, '').split('/');

const matches = (pattern: readonly string[], asked: readonly string[]): boolean =>
  pattern.length === asked.length &&
  pattern.every((part, at) => part === asked[at] || (part.startsWith(':') && asked[at] !== ''));
