import type { Identifier } from './identifier.js';

/** Digits and signs that replace letters; 1 and ! are read as i and as l. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '0': 'o',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
const DISGUISED = /[034571!@$]/g;
/** Years, dates, `123456`, `!`: suffixes that people add to a word to satisfy a composition rule. */
const TAIL = /[^\p{L}]{1,6}$/u;
const SEPARATORS = /[^\p{L}\p{N}]+/gu;
const SHORTEST_WORD = 3;
/** Minimum number of letters and digits that are not part of a guessable word. */
const FEWEST_OF_ITS_OWN = 4;

/**
 * True when the password is common, or a simple variation of a common one (capitals, a tail of up to six digits or signs,
 * digits for letters, blanks).
 * @param isCommon looks up a candidate in lower case
 */
export function isVariationOfCommon(password: string, isCommon: (candidate: string) => boolean): boolean {
  const lower = password.toLowerCase();
  const shapes = [lower, lower.replace(TAIL, ''), lower.replace(SEPARATORS, '')];
  return [...new Set(shapes.flatMap(undisguised))].some(isCommon);
}

/**
 * True when the password consists almost only of words that an attacker tries first (names of the product or its owner). A long
 * password may contain such words.
 */
export function consistsOfWords(password: string, words: readonly string[]): boolean {
  const lower = password.toLowerCase();
  const known = [...new Set(words.map((word) => word.toLowerCase()))].filter((w) => [...w].length >= SHORTEST_WORD);
  const plain = [lower, lower.replace(SEPARATORS, '')].map((shape) => [shape, without(known, shape).replace(TAIL, '')]);
  const read = undisguised(lower.replace(TAIL, '')).map((shape) => [shape, without(known, shape)]);
  return [...plain, ...read].some(([shape, rest = '']) => hasAny(known, shape) && lengthOf(rest) < FEWEST_OF_ITS_OWN);
}

/** Words that an attacker who knows the identifier tries first: the address, its two sides and their parts; the number. */
export function passwordWordsOf(identifier: Identifier): readonly string[] {
  const { canonical } = identifier;
  if (identifier.kind === 'phone') return [canonical.slice(1), canonical.slice(-10), canonical.slice(-7)];
  const [local = '', domain = ''] = canonical.split('@');
  return [canonical, local, ...local.split(SEPARATORS), ...passwordWordsOfHost(domain)];
}

/** Returns a host name and its labels, without the top-level domain. An IP address has no words. */
export function passwordWordsOfHost(host: string): readonly string[] {
  if (!/[a-z]/i.test(host) || host.includes(':')) return [];
  const labels = host.split('.');
  return [host, ...labels.slice(0, Math.max(1, labels.length - 1))];
}

function undisguised(shape: string): readonly string[] {
  const read = (letterForOne: string) => shape.replace(DISGUISED, (sign) => STANDS_FOR[sign] ?? letterForOne);
  return [shape, read('i'), read('l')];
}

/** Removes the longest words first, so that no part of a longer word remains. */
const without = (words: readonly string[], shape: string): string =>
  [...words].sort((a, b) => b.length - a.length).reduce((rest, word) => rest.replaceAll(word, ' '), shape);

const hasAny = (words: readonly string[], shape = ''): boolean => words.some((word) => shape.includes(word));

const lengthOf = (rest: string): number => [...rest.replace(SEPARATORS, '')].length;
