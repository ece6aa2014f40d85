import { describe, expect, it } from 'vitest';
import { EMBEDDED } from '../registration/backends.js';
import { useHall } from '../registration/hall.js';
import { newcomer } from '../registration/people.js';

describe('messages', () => {
  const hall = useHall(EMBEDDED);

  it.each([
    ['en', 'is your code'],
    ['fr', 'est votre code'],
    ['fr-CA', 'est votre code'],
    ['pt-BR', 'é o seu código'],
    ['pt-br', 'é o seu código'],
    ['de', 'is your code'],
  ])('speak the language of locale %s, or English', async (locale, words) => {
    const { message, code } = await hall.pending({ ...newcomer(), locale } as never);
    expect(message.subject).toBe(`${code} ${words}`);
  });

  it('AC-28 AC-29 are the same under hostile headers, and hold nothing that a stranger typed', async () => {
    const person = { ...newcomer(), firstName: 'Evil http://evil.example' };
    const headers = {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-forwarded-proto': 'https',
    };
    const { message } = await hall.receive(String(person.email), () => hall.register(person, { headers }));
    expect(message.text).not.toMatch(/evil/i);
  });
});
