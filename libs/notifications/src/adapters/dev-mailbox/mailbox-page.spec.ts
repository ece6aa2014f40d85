import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAILBOX_CONTENT_SECURITY_POLICY, renderMailboxPage } from './mailbox-page.js';

const page = renderMailboxPage(45);
const scripts = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script ?? '');

describe('the mailbox page', () => {
  it('has one script, and its policy allows that and no other', () => {
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64');
    expect(MAILBOX_CONTENT_SECURITY_POLICY).toContain(`script-src 'sha256-${hash}';`);
    expect(MAILBOX_CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none';/);
  });

  it('stands alone', () => {
    expect(page).not.toMatch(/(?:src|href)="(?!data:)|url\(|@import|<link(?! rel="icon" href="data:)/);
  });

  it('never makes markup of a message', () => {
    expect(page).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\seval\(/);
    expect(page).toContain('sandbox=""');
  });

  it('knows how long a code lives', () => {
    expect(page).toContain('<html lang="en" data-code-seconds="45">');
  });
});
