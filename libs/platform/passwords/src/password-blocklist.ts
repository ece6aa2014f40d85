import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const FILE = new URL('./common-passwords.txt.gz', import.meta.url);
const LINE_END = 0x0a;
/** Table size: at least twice the number of passwords, so that a look-up ends after one or two steps. */
const TABLE_LOAD_FACTOR = 2;

/**
 * The most common passwords, in lower case (source: NOTICE). Loaded at the first look-up, and kept as the file's bytes with a
 * hash table of offsets: less than half a megabyte, where a Set of strings takes two.
 */
export class PasswordBlocklist {
  #text = Buffer.alloc(0);
  /** Offset of a password in the text, plus one. */
  #table = new Uint32Array(0);

  get bytes(): number {
    return this.#text.byteLength + this.#table.byteLength;
  }

  has(password: string): boolean {
    if (this.#table.length === 0) this.#load();
    const wanted = Buffer.from(`${password}\n`);
    if (wanted.indexOf(LINE_END) !== wanted.length - 1) return false;
    return this.#table[this.#findSlot(wanted)] !== 0;
  }

  #load(): void {
    this.#text = gunzipSync(readFileSync(FILE));
    const starts = [0, ...this.#ends().map((end) => end + 1)].slice(0, -1);
    this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(starts.length * TABLE_LOAD_FACTOR)));
    for (const start of starts) {
      const line = this.#text.subarray(start, this.#text.indexOf(LINE_END, start) + 1);
      this.#table[this.#findSlot(line)] = start + 1;
    }
  }

  #ends(): number[] {
    const ends: number[] = [];
    for (let at = this.#text.indexOf(LINE_END); at >= 0; at = this.#text.indexOf(LINE_END, at + 1)) ends.push(at);
    return ends;
  }

  /** The slot of the password in the table, or the empty slot where it would be. */
  #findSlot(line: Buffer): number {
    const last = this.#table.length - 1;
    for (let place = hashOf(line) & last; ; place = (place + 1) & last) {
      const at = this.#table[place] ?? 0;
      if (at === 0 || this.#text.subarray(at - 1, at - 1 + line.length).equals(line)) return place;
    }
  }
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
