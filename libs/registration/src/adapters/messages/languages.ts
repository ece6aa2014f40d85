import { lookupByLocale } from '#notifications';
import { ENGLISH } from './english.js';
import { FRENCH } from './french.js';
import { PORTUGUESE } from './portuguese.js';
import type { Words } from './words.js';

export const wordsFor = (locale: string): Words => lookupByLocale([ENGLISH, PORTUGUESE, FRENCH], locale);
