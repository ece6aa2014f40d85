import { describe, expect, it } from 'vitest';
import { TemplateResetMessages } from './template-reset-messages.js';

let ids = 0;
const id = () => `id ${++ids}`;
const messages = new TemplateResetMessages({ next: id, opaque: id });
const CODE = '04200420';

describe.each([
  ['en', 'ten minutes', 'did not ask'],
  ['pt-BR', 'dez minutos', 'Se não foi você'],
  ['fr', 'dix minutes', 'Si vous ne l’avez pas demandé'],
])('in %s', (locale, minutes, notYou) => {
  it('starts a mail with the code, and states its lifetime and what to do if it was not requested', () => {
    const { channel, to, subject, text, html } = messages.composeCode('mia@example.org', locale, CODE);
    expect([channel, to]).toEqual(['email', 'mia@example.org']);
    expect(subject).toContain(CODE);
    expect(text).toMatch(new RegExp(`^${CODE}\n`));
    for (const part of [text, html]) {
      expect(part).toContain(minutes);
      expect(part).toContain(notYou);
    }
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).toContain(`>${CODE}<`);
  });

  it('starts an SMS with the code, and fits into two parts', () => {
    const { channel, to, text, html } = messages.composeCode('+5511961234567', locale, CODE);
    expect([channel, to, html]).toEqual(['sms', '+5511961234567', undefined]);
    expect(text).toMatch(new RegExp(`^${CODE} [\\s\\S]*${minutes}`));
    expect(text.length).toBeLessThanOrEqual(/^[\x20-\x7eéèàùç\n]*$/.test(text) ? 306 : 134);
  });
});

it.each([
  ['pt', 'pt-BR'],
  ['PT-pt', 'pt-BR'],
  ['fr-CA', 'fr'],
  ['en-GB', 'en'],
  ['de', 'en'],
  ['', 'en'],
])('composes the message for locale %j in %s', (asked, spoken) => {
  const subject = (locale: string) => messages.composeCode('mia@example.org', locale, CODE).subject;
  expect(subject(asked)).toBe(subject(spoken));
});

it('gives each message a unique id', () => {
  const [first, second] = [1, 2].map(() => messages.composeCode('mia@example.org', 'en', CODE).id);
  expect(first).not.toBe(second);
});
