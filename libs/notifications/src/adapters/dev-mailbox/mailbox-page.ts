import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

// Browsers hash a script after reading its line ends as LF, whatever a checkout made of them.
const MAILBOX_HTML = readFileSync(new URL('./mailbox.html', import.meta.url), 'utf8').replaceAll('\r\n', '\n');
const inlineScript = /<script>([\s\S]*?)<\/script>/.exec(MAILBOX_HTML)?.[1] ?? '';
const inlineScriptHash = createHash('sha256').update(inlineScript).digest('base64');

/**
 * One script, ours, and nothing from anywhere else. Frames made of a mail inherit this policy: their inline styles need
 * 'unsafe-inline', which no script can profit from.
 */
export const MAILBOX_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${inlineScriptHash}'`,
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @param codeTtlSeconds how long a code lives, for the countdown */
export const renderMailboxPage = (codeTtlSeconds: number): string =>
  MAILBOX_HTML.replace('data-code-seconds="60"', `data-code-seconds="${codeTtlSeconds}"`);
