import type { Identifier } from './identifier.js';

/** Digits and signs that stand for letters; 1 and ! are read as i and as l. */
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
/** Years, dates, `123456`, `!`: what is put behind a word to please a rule. */
const TAIL = /[^\p{L}]{1,6}$/u;
const SEPARATORS = /[^\p{L}\p{N}]+/gu;
const SHORTEST_WORD = 3;
/** Of letters and digits that are not part of a word; fewer do not make a password of it. */
const FEWEST_OF_ITS_OWN = 4;

/**
 * Is this password, or one that it is a simple variation of (capitals, a tail of up to six digits or signs, digits for
 * letters, blanks), a common one?
 * @param isCommon knows them in lower case
 */
export function isVariationOfCommon(password: string, isCommon: (candidate: string) => boolean): boolean {
  const lower = password.toLowerCase();
  const shapes = [lower, lower.replace(TAIL, ''), lower.replace(SEPARATORS, '')];
  return [...new Set(shapes.flatMap(undisguised))].some(isCommon);
}

/**
 * Does the password consist of words that are guessed first here (the product's, its owner's), and next to nothing else?
 * A long one may contain them.
 */
export function consistsOfWords(password: string, words: readonly string[]): boolean {
  const lower = password.toLowerCase();
  const known = [...new Set(words.map((word) => word.toLowerCase()))].filter((w) => [...w].length >= SHORTEST_WORD);
  const plain = [lower, lower.replace(SEPARATORS, '')].map((shape) => [shape, without(known, shape).replace(TAIL, '')]);
  const read = undisguised(lower.replace(TAIL, '')).map((shape) => [shape, without(known, shape)]);
  return [...plain, ...read].some(([shape, rest = '']) => hasAny(known, shape) && lengthOf(rest) < FEWEST_OF_ITS_OWN);
}

/** What somebody who knows the identifier tries first: the address, both its sides, their parts; the number. */
export function passwordWordsOf(identifier: Identifier): readonly string[] {
  const { canonical } = identifier;
  if (identifier.kind === 'phone') return [canonical.slice(1), canonical.slice(-10), canonical.slice(-7)];
  const [local = '', domain = ''] = canonical.split('@');
  return [canonical, local, ...local.split(SEPARATORS), ...passwordWordsOfHost(domain)];
}

/** A host name and its labels, without the top-level domain. An address has no words. */
export function passwordWordsOfHost(host: string): readonly string[] {
  if (!/[a-z]/i.test(host) || host.includes(':')) return [];
  const labels = host.split('.');
  return [host, ...labels.slice(0, Math.max(1, labels.length - 1))];
}

function undisguised(shape: string): readonly string[] {
  const read = (one: string) => shape.replace(DISGUISED, (sign) => STANDS_FOR[sign] ?? one);
  return [shape, read('i'), read('l')];
}

/** The longest first, or parts of a word would leave the rest of it over. */
const without = (words: readonly string[], shape: string): string =>
  [...words].sort((a, b) => b.length - a.length).reduce((rest, word) => rest.replaceAll(word, ' '), shape);

const hasAny = (words: readonly string[], shape = ''): boolean => words.some((word) => shape.includes(word));

const lengthOf = (rest: string): number => [...rest.replace(SEPARATORS, '')].length;
