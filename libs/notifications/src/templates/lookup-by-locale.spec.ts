import { expect, it } from 'vitest';
import { lookupByLocale } from './lookup-by-locale.js';

it.each([
  ['pt-BR', 'pt-BR'],
  ['PT-br', 'pt-BR'],
  ['pt-PT', 'pt-PT'],
  ['pt', 'pt-BR'],
  ['pt-AO', 'pt-BR'],
  ['fr-CA', 'fr'],
  ['de', 'en'],
  ['', 'en'],
])('RFC 4647: %j is written to in %s', (locale, expected) => {
  const [english, ...others] = ['en', 'pt-BR', 'pt-PT', 'fr'].map((tag) => ({ locale: tag }));
  expect(lookupByLocale([english as { locale: string }, ...others], locale).locale).toBe(expected);
});
