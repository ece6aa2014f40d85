import { describe, expect, it } from 'vitest';
import { type CodeMail, codeMail, noticeMail } from './layout.js';

const CODE: CodeMail = {
  subject: 'Your registration (K7)',
  heading: 'Almost there',
  intro: 'Enter this code within a minute.',
  code: '0420',
  reference: { label: 'Reference', value: 'K7' },
  notes: ['Nobody will ever ask you for it.', 'Not you? Then do nothing.'],
};
const NASTY = `<img src=x onerror="alert('1')">&`;
const NASTY_ESCAPED = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';

/** What a person sees and copies: the body without its tags. */
const visible = (html: string): string => html.slice(html.indexOf('<body')).replace(/<[^>]*>/g, ' ');

describe('codeMail', () => {
  it('begins the text with the code on a line of its own', () => {
    const { text } = codeMail(CODE);
    expect(text.split('\n')[0]).toBe('0420');
    expect(text).toContain('Almost there\n\nEnter this code within a minute.\n\nReference: K7\n\nNobody');
  });

  it('shows the same words in both parts', () => {
    const seen = visible(codeMail(CODE).html).replace(/\s+/g, ' ');
    for (const words of [CODE.heading, CODE.intro, CODE.code, ...CODE.notes]) expect(seen).toContain(words);
    expect(seen).toContain('Reference: K7');
  });

  it('keeps the digits of the code together, so that they can be copied', () => {
    const { html } = codeMail(CODE);
    expect(html).toContain('>0420<');
    expect(html).toMatch(/letter-spacing:[^"]*">0420</);
  });

  it('leaves the subject to the caller', () => {
    expect(codeMail(CODE).subject).toBe('Your registration (K7)');
    expect(codeMail({ ...CODE, subject: '0420 is your code' }).subject).toBe('0420 is your code');
  });

  it('escapes every word it is given', () => {
    const { html } = codeMail({
      subject: NASTY,
      heading: NASTY,
      intro: NASTY,
      code: NASTY,
      reference: { label: NASTY, value: NASTY },
      notes: [NASTY],
      locale: NASTY,
    });
    expect(html).not.toContain('<img');
    expect(html.split(NASTY_ESCAPED)).toHaveLength(9);
  });
});

describe('noticeMail', () => {
  const notice = { subject: 'You have an account', heading: 'Hello again', paragraphs: ['One.', 'Two.'] };

  it('tells its paragraphs in order, in both parts', () => {
    const mail = noticeMail(notice);
    expect(mail.text).toBe('Hello again\n\nOne.\n\nTwo.\n');
    expect(visible(mail.html).replace(/\s+/g, ' ').trim()).toBe('Hello again One. Two.');
  });

  it('escapes every word it is given', () => {
    const { html } = noticeMail({ subject: NASTY, heading: NASTY, paragraphs: [NASTY] });
    expect(html).not.toContain('<img');
    expect(html.split(NASTY_ESCAPED)).toHaveLength(4);
  });
});

describe.each([
  ['codeMail', (locale?: string) => codeMail({ ...CODE, ...(locale ? { locale } : {}) }).html],
  [
    'noticeMail',
    (locale?: string) => noticeMail({ subject: 's', heading: 'h', paragraphs: [], ...(locale ? { locale } : {}) }).html,
  ],
])('the HTML of %s', (_, html) => {
  it('names its language', () => {
    expect(html()).toContain('<html lang="en">');
    expect(html('pt-BR')).toContain('<html lang="pt-BR">');
  });

  it('fetches nothing and runs nothing', () => {
    expect(html()).not.toMatch(/https?:|url\(|src=|<link|<script|@import/i);
  });

  it('is at home in light and dark, wide and narrow', () => {
    expect(html()).toContain('name="color-scheme" content="light dark"');
    expect(html()).toContain('prefers-color-scheme:dark');
    expect(html()).toContain('max-width:480px');
  });
});
