import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

// Browsers hash a script after reading its line ends as LF, whatever a checkout made of them.
const html = readFileSync(new URL('./mailbox.html', import.meta.url), 'utf8').replaceAll('\r\n', '\n');
const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
const hash = createHash('sha256').update(script).digest('base64');

/**
 * One script, ours, and nothing from anywhere else. Frames made of a mail inherit this policy: their inline styles need
 * 'unsafe-inline', which no script can profit from.
 */
export const MAILBOX_POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${hash}'`,
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @param codeSeconds how long a code lives, for the countdown */
export const mailboxPage = (codeSeconds: number): string =>
  html.replace('data-code-seconds="60"', `data-code-seconds="${codeSeconds}"`);
