import { ENGLISH } from './english.js';
import { FRENCH } from './french.js';
import { PORTUGUESE } from './portuguese.js';
import type { Words } from './words.js';

const KNOWN: readonly Words[] = [ENGLISH, PORTUGUESE, FRENCH];

/** RFC 4647 lookup: the tag itself, then its language, then English. */
export function wordsFor(locale: string): Words {
  const tag = locale.toLowerCase();
  const language = tag.split('-', 1)[0];
  return (
    KNOWN.find((words) => words.locale.toLowerCase() === tag) ??
    KNOWN.find((words) => words.locale.toLowerCase().split('-', 1)[0] === language) ??
    ENGLISH
  );
}
