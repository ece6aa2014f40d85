import { lookupByLocale } from '#notifications';
import { ENGLISH } from './english.js';
import { FRENCH } from './french.js';
import { PORTUGUESE } from './portuguese.js';
import type { RegistrationTexts } from './registration-texts.js';

export const registrationTextsFor = (locale: string): RegistrationTexts =>
  lookupByLocale([ENGLISH, PORTUGUESE, FRENCH], locale);
