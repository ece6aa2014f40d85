import { describe, expect, it } from 'vitest';
import { CountingIds } from '#kernel/testing';
import type { AttemptState } from '../../domain/registration-attempt.js';
import { aDraft } from '../../testing/an-attempt-draft.js';
import { SETTINGS } from '../../testing/registration-settings.js';
import { TemplateRegistrationMessages } from './template-registration-messages.js';

const messages = new TemplateRegistrationMessages(new CountingIds(), SETTINGS);
const TYPED = '<b>typed by a stranger</b>';
const attempt = (recipient: string, locale = 'en') =>
  ({
    ...aDraft({ recipient, reference: 'K7' }),
    profile: { firstName: TYPED, lastName: TYPED, market: 'US', locale },
  }) as unknown as AttemptState;
const mail = (locale?: string) => attempt('mia@example.org', locale);
const sms = (locale?: string) => attempt('+16502530000', locale);
const LOCALES = ['en', 'pt-BR', 'fr'];

describe.each(LOCALES)('in %s', (locale) => {
  it('begins a code mail with the code and includes the reference and what to do if it was not you', () => {
    const { channel, to, subject, text, html } = messages.composeCode(mail(locale), '0420');
    expect([channel, to]).toEqual(['email', 'mia@example.org']);
    expect(subject).toContain('0420');
    expect(text).toMatch(/^0420\n/);
    for (const part of [text, html]) expect(part).toMatch(/0420[\s\S]*K7/);
  });

  it('fits a code SMS with code and reference into two parts of GSM or Unicode text', () => {
    const { channel, to, text, html } = messages.composeCode(sms(locale), '04200420');
    expect([channel, to, html]).toEqual(['sms', '+16502530000', undefined]);
    expect(text).toMatch(/^04200420[\s\S]*K7/);
    expect(text.length).toBeLessThanOrEqual(268);
  });

  it('includes no user input in a message before proof [AC-35]', () => {
    for (const to of [mail(locale), sms(locale)])
      for (const message of [messages.composeCode(to, '0420'), messages.composeAlreadyRegistered(to)])
        expect(JSON.stringify(message)).not.toContain('stranger');
  });

  it('includes no code and no reference in the notice', () => {
    for (const to of [mail(locale), sms(locale)]) {
      const { subject, text } = messages.composeAlreadyRegistered(to);
      expect(`${subject} ${text}`).not.toMatch(/\d|K7/);
      expect(text.length).toBeGreaterThan(40);
    }
  });
});

it.each([
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['PT-br', 'pt-BR'],
  ['fr-CA', 'fr'],
  ['en-GB', 'en'],
  ['de', 'en'],
  ['zh-Hant-TW', 'en'],
])('uses for the locale %s the language of %s', (asked, spoken) => {
  expect(messages.composeCode(mail(asked), '0420').subject).toBe(messages.composeCode(mail(spoken), '0420').subject);
});

it.each([
  [60, "un délai d'une minute"],
  [90, 'un délai de 90 secondes'],
])('describes a lifetime of %s seconds as "%s"', (codeTtlSeconds, said) => {
  const { text } = new TemplateRegistrationMessages(new CountingIds(), { ...SETTINGS, codeTtlSeconds }).composeCode(
    mail('fr'),
    '0420',
  );
  expect(text).toContain(said);
});

it('gives every message a unique id', () => {
  const ids = Array.from({ length: 5 }, () => messages.composeCode(mail(), '0420').id);
  expect(new Set(ids).size).toBe(5);
});
