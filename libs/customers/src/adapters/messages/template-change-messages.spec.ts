import { describe, expect, it } from 'vitest';
import type { AccountChange } from '#auth';
import { CountingIds } from '#kernel/testing';
import type { Notice } from '../../application/identifier-change-ports.js';
import { TemplateChangeMessages } from './template-change-messages.js';

const messages = new TemplateChangeMessages(new CountingIds());
const CODE = '04200420';
const MAIL = 'mia@example.org';
const PHONE = '+16502530000';
const LOCALES = ['en', 'pt-BR', 'fr'];
const KINDS = ['email', 'phone'] as const;
const notice = (changes: Partial<Notice>) =>
  messages.composeNotice({ to: MAIL, what: 'asked', kind: 'email', locale: 'en', ...changes });

describe.each(LOCALES)('TemplateChangeMessages in %s', (locale) => {
  it('starts a code mail with the code and shows it in the subject and the HTML', () => {
    const { channel, to, subject, text, html } = messages.composeCode(MAIL, locale, CODE);
    expect([channel, to]).toEqual(['email', MAIL]);
    expect(subject).toContain(CODE);
    expect(text).toMatch(new RegExp(`^${CODE}\n`));
    expect(html).toContain(CODE);
    expect(html).toContain(`lang="${locale}"`);
  });

  it('starts a code SMS with the code and fits it into two parts', () => {
    const { channel, to, text, html } = messages.composeCode(PHONE, locale, CODE);
    expect([channel, to, html]).toEqual(['sms', PHONE, undefined]);
    expect(text).toMatch(new RegExp(`^${CODE} `));
    expect(text.length).toBeLessThanOrEqual(268);
  });

  it('composes a different notice for every change without code or address', () => {
    const all = (['asked', 'changed'] as const).flatMap((what) => KINDS.map((kind) => notice({ what, kind, locale })));
    expect(new Set(all.map(({ subject }) => subject)).size).toBe(4);
    expect(new Set(all.map(({ subject, text }) => text.replaceAll(subject, ''))).size).toBe(2);
    for (const { subject, text, html } of all) {
      expect(`${subject} ${text}`).not.toMatch(/\d|@/);
      expect(text).toContain(subject);
      expect(html).toContain(`lang="${locale}"`);
    }
  });

  it('omits how to stop a pending change from a notice of a completed change', () => {
    const lines = (what: Notice['what']) => new Set(notice({ what, locale }).text.split('\n').filter(Boolean));
    expect([...lines('changed')].filter((line) => lines('asked').has(line))).toEqual([]);
    expect([...lines('changed')].join(' ')).not.toMatch(/not confirmed|não confirmada|non confirmé/);
  });

  it('describes every account change and how to secure the account [AC-70]', () => {
    const changes: AccountChange[] = ['link_added', 'link_removed', 'password_changed', 'sessions_ended'];
    const said = (what: AccountChange, to = MAIL) => messages.composeNotice({ to, what, locale });
    expect(new Set(changes.map((what) => said(what).subject)).size).toBe(changes.length);
    expect(said('sessions_ended_by_staff').subject).toBe(said('sessions_ended').subject);
    expect(said('sessions_ended_by_staff').text).not.toBe(said('sessions_ended').text);
    const lastOf = ({ text }: { text: string }) => text.trim().split('\n').at(-1) ?? '';
    expect(new Set(changes.map((what) => lastOf(said(what)))).size).toBe(1);
    for (const what of changes) {
      const [mail, sms] = [said(what), said(what, PHONE)];
      expect([mail.channel, mail.to, sms.channel, sms.to, sms.html]).toEqual(['email', MAIL, 'sms', PHONE, undefined]);
      expect(mail.html).toContain(`lang="${locale}"`);
      expect(`${mail.subject} ${mail.text} ${sms.text}`).not.toMatch(/\d|@|undefined/);
      expect(sms.text).toContain(lastOf(mail));
    }
  });

  it('sends the same notice by SMS without HTML', () => {
    const [mail, sms] = [notice({ locale }), notice({ to: PHONE, locale })];
    expect([sms.channel, sms.to, sms.html]).toEqual(['sms', PHONE, undefined]);
    expect(sms.text.startsWith(`${mail.subject}. `)).toBe(true);
  });
});

it.each([
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['PT-br', 'pt-BR'],
  ['fr-CA', 'fr'],
  ['de', 'en'],
  ['und', 'en'],
])('uses for the locale %s the texts in %s', (requested, used) => {
  expect(messages.composeCode(MAIL, requested, CODE).subject).toBe(messages.composeCode(MAIL, used, CODE).subject);
  expect(notice({ locale: requested }).text).toBe(notice({ locale: used }).text);
});

it('gives every message its own id', () => {
  const ids = [messages.composeCode(MAIL, 'en', CODE), messages.composeCode(PHONE, 'en', CODE), notice({}), notice({})];
  expect(new Set(ids.map(({ id }) => id)).size).toBe(4);
});
