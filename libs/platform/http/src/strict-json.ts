/** Depth 1 is a top-level object or array. Keys are counted over the whole document. */
export interface JsonLimits {
  readonly depth: number;
  readonly keys: number;
}

export type JsonFault = 'malformed' | 'too_deep' | 'too_many_keys' | 'duplicate_key' | 'forbidden_key';

const LIMITS: JsonLimits = { depth: 20, keys: 200 };
/** Names by which an unsafe merge reaches the prototype of every object (CWE-1321). */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses JSON that has only one interpretation (RFC 8259 4 and 8.1, RFC 7493): well-formed UTF-8 without a byte order mark, no
 * duplicate names in an object however they are escaped, no prototype names, bounded depth and size. Takes linear time and
 * never throws. Lone surrogates in strings are left to the validation of the values.
 */
export function parseStrictJson(bytes: Uint8Array, limits = LIMITS): { value: unknown } | { fault: JsonFault } {
  try {
    // With ignoreBOM the mark stays in the text, and JSON.parse rejects it.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const fault = findFault(text, limits);
    return fault === undefined ? { value } : { fault };
  } catch {
    return { fault: 'malformed' };
  }
}

/** Scans a text that is valid JSON and reports the first fault, from left to right. */
function findFault(text: string, limits: JsonLimits): JsonFault | undefined {
  const open: Set<string>[] = []; // names seen so far in each open object or array
  let keys = 0;

  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') {
      if (open.push(new Set()) > limits.depth) return 'too_deep';
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const start = at;
      at = endOfString(text, start);
      if (!isFollowedByColon(text, at)) continue;

      const key: string = JSON.parse(text.slice(start, at + 1));
      const siblings = open.at(-1);
      if (FORBIDDEN.has(key)) return 'forbidden_key';
      if (siblings?.has(key)) return 'duplicate_key';
      siblings?.add(key);
      if (++keys > limits.keys) return 'too_many_keys';
    }
  }
  return undefined;
}

/** Returns the index of the closing quote. A backslash escapes the next character. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** Only a name is followed by a colon. */
function isFollowedByColon(text: string, end: number): boolean {
  let at = end + 1;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++;
  return text[at] === ':';
}
