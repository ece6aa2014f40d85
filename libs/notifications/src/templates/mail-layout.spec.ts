import { describe, expect, it } from 'vitest';
import { type CodeMailContent, renderCodeMail, renderNoticeMail } from './mail-layout.js';

const CODE: CodeMailContent = {
  subject: 'Your registration (K7)',
  heading: 'Almost there',
  intro: 'Enter this code within a minute.',
  code: '0420',
  reference: { label: 'Reference', value: 'K7' },
  notes: ['Nobody will ever ask you for it.', 'Not you? Then do nothing.'],
};
const UNSAFE_HTML = `<img src=x onerror="alert('1')">&`;
const UNSAFE_HTML_ESCAPED = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';

/** What a person sees and copies: the body without its tags. */
const visibleTextOf = (html: string): string => html.slice(html.indexOf('<body')).replace(/<[^>]*>/g, ' ');

describe('codeMail', () => {
  it('begins the text with the code on a line of its own', () => {
    const { text } = renderCodeMail(CODE);
    expect(text.split('\n')[0]).toBe('0420');
    expect(text).toContain('Almost there\n\nEnter this code within a minute.\n\nReference: K7\n\nNobody');
  });

  it('shows the same words in both parts', () => {
    const seen = visibleTextOf(renderCodeMail(CODE).html).replace(/\s+/g, ' ');
    for (const words of [CODE.heading, CODE.intro, CODE.code, ...CODE.notes]) expect(seen).toContain(words);
    expect(seen).toContain('Reference: K7');
  });

  it('keeps the digits of the code together, so that they can be copied', () => {
    const { html } = renderCodeMail(CODE);
    expect(html).toContain('>0420<');
    expect(html).toMatch(/letter-spacing:[^"]*">0420</);
  });

  it('leaves the subject to the caller', () => {
    expect(renderCodeMail(CODE).subject).toBe('Your registration (K7)');
    expect(renderCodeMail({ ...CODE, subject: '0420 is your code' }).subject).toBe('0420 is your code');
  });

  it('escapes every word it is given', () => {
    const { html } = renderCodeMail({
      subject: UNSAFE_HTML,
      heading: UNSAFE_HTML,
      intro: UNSAFE_HTML,
      code: UNSAFE_HTML,
      reference: { label: UNSAFE_HTML, value: UNSAFE_HTML },
      notes: [UNSAFE_HTML],
      locale: UNSAFE_HTML,
    });
    expect(html).not.toContain('<img');
    expect(html.split(UNSAFE_HTML_ESCAPED)).toHaveLength(9);
  });
});

describe('noticeMail', () => {
  const notice = { subject: 'You have an account', heading: 'Hello again', paragraphs: ['One.', 'Two.'] };

  it('tells its paragraphs in order, in both parts', () => {
    const mail = renderNoticeMail(notice);
    expect(mail.text).toBe('Hello again\n\nOne.\n\nTwo.\n');
    expect(visibleTextOf(mail.html).replace(/\s+/g, ' ').trim()).toBe('Hello again One. Two.');
  });

  it('escapes every word it is given', () => {
    const { html } = renderNoticeMail({ subject: UNSAFE_HTML, heading: UNSAFE_HTML, paragraphs: [UNSAFE_HTML] });
    expect(html).not.toContain('<img');
    expect(html.split(UNSAFE_HTML_ESCAPED)).toHaveLength(4);
  });
});

describe.each([
  ['codeMail', (locale?: string) => renderCodeMail({ ...CODE, ...(locale ? { locale } : {}) }).html],
  [
    'noticeMail',
    (locale?: string) =>
      renderNoticeMail({ subject: 's', heading: 'h', paragraphs: [], ...(locale ? { locale } : {}) }).html,
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
