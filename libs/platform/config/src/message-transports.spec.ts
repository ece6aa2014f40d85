import { describe, expect, it } from 'vitest';
import { hasDevMailbox, messageTransports } from './message-transports.js';
import { parseSettings } from './settings.js';

const SMTP = { SMTP_URL: 'smtp://mail.example' };
const MAIL_API = { MAIL_API_URL: 'https://mail.example' };
const SMS = { SMS_API_URL: 'https://sms.example' };
const FOREIGN = { PUBLIC_URL: 'https://foyer.example.com' };
const PUBLIC = { DEV_MAILBOX: 'public' };

describe('messageTransports', () => {
  it.each([
    [{}, 'dev-mailbox', 'dev-mailbox'],
    [{ PUBLIC_URL: 'http://localhost:8080' }, 'dev-mailbox', 'dev-mailbox'],
    [{ PUBLIC_URL: 'https://[::1]:8443/app' }, 'dev-mailbox', 'dev-mailbox'],
    [{ HOST: '::1' }, 'dev-mailbox', 'dev-mailbox'],
    [FOREIGN, 'none', 'none'],
    [{ PUBLIC_URL: 'http://foyer.localhost' }, 'none', 'none'],
    [{ PUBLIC_URL: 'http://0.0.0.0:3000' }, 'none', 'none'],
    [SMTP, 'configured', 'none'],
    [MAIL_API, 'configured', 'none'],
    [SMS, 'none', 'configured'],
    [{ ...SMTP, ...SMS }, 'configured', 'configured'],
    [{ ...FOREIGN, ...PUBLIC }, 'dev-mailbox', 'dev-mailbox'],
    [{ ...FOREIGN, ...PUBLIC, ...SMTP }, 'configured', 'dev-mailbox'],
    [{ ...PUBLIC, ...SMS }, 'dev-mailbox', 'configured'],
    [{ ...PUBLIC, ...SMTP, ...SMS }, 'configured', 'configured'],
  ] as const)('sends with %j e-mail by %s and SMS by %s [AC-61]', (env, email, sms) => {
    const settings = parseSettings(env);
    expect(messageTransports(settings)).toEqual({ email, sms });
    expect(hasDevMailbox(settings)).toBe(email === 'dev-mailbox' || sms === 'dev-mailbox');
  });

  it('has no dev mailbox with an external database, not even a public one [AC-61]', () => {
    const settings = { ...parseSettings(PUBLIC), databaseUrl: 'postgres://db.example/foyer' };
    expect(messageTransports(settings)).toEqual({ email: 'none', sms: 'none' });
  });
});
