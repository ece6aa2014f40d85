import { describe, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import { newRegistration } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

describe('messages', () => {
  const app = useTestApp(EMBEDDED);

  it.each([
    ['en', 'is your code'],
    ['fr', 'est votre code'],
    ['fr-CA', 'est votre code'],
    ['pt-BR', 'é o seu código'],
    ['pt-br', 'é o seu código'],
    ['de', 'is your code'],
  ])('speak the language of locale %s, or English', async (locale, words) => {
    const { message, code } = await app.createPendingRegistration({ ...newRegistration(), locale } as never);
    expect(message.subject).toBe(`${code} ${words}`);
  });

  it('AC-28 AC-29 are the same under hostile headers, and hold nothing that a stranger typed', async () => {
    const person = { ...newRegistration(), firstName: 'Evil http://evil.example' };
    const headers = {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-forwarded-proto': 'https',
    };
    const { message } = await app.captureMessage(String(person.email), () => app.register(person, { headers }));
    expect(message.text).not.toMatch(/evil/i);
  });
});
