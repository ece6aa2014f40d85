import { describe, expect, it } from 'vitest';
import { parseSettings } from '#platform/config';
import { createRecordingLog } from '#platform/observability/testing';
import { MessageTransportWarnings } from './message-transport-warnings.js';

function warningsFor(env: Readonly<Record<string, string>>) {
  const { log, lines } = createRecordingLog();
  new MessageTransportWarnings(parseSettings(env), log).onModuleInit();
  return lines;
}

describe('MessageTransportReport', () => {
  it('says nothing of channels that have a transport or the dev mailbox [AC-61]', () => {
    expect(warningsFor({})).toEqual([]);
    expect(warningsFor({ SMTP_URL: 'smtp://a', SMS_API_URL: 'https://b' })).toEqual([]);
  });

  it('warns of each channel without a transport and names its settings [AC-61]', () => {
    const lines = warningsFor({ PUBLIC_URL: 'https://foyer.example.com' });
    expect(lines).toMatchObject([
      { channel: 'email', settings: ['SMTP_URL', 'MAIL_API_URL'] },
      { channel: 'sms', settings: ['SMS_API_URL'] },
    ]);
    expect(lines[0]?.['msg']).toMatch(/^No transport for e-mail: set SMTP_URL or MAIL_API_URL\. /);
    expect(warningsFor({ SMTP_URL: 'smtp://a' }).map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^No transport for SMS: set SMS_API_URL\. /),
    ]);
  });

  it('warns of a dev mailbox that others can read, and of none that does not exist [AC-61]', () => {
    const both = { SMTP_URL: 'smtp://a', SMS_API_URL: 'https://b' };
    expect(warningsFor({ DEV_MAILBOX: 'public' })).toMatchObject([{ setting: 'DEV_MAILBOX' }]);
    expect(warningsFor({ DEV_MAILBOX: 'public', ...both })).toEqual([]);
  });
});
