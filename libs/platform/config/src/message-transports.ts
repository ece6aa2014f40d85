import { isLoopbackHost } from './loopback.js';

/** How messages of a channel leave: by a configured transport, into the dev mailbox, or not at all. */
export type MessageTransport = 'configured' | 'dev-mailbox' | 'none';

/** Those of the settings that decide about it. */
export interface MessageSettings {
  readonly databaseUrl: string | undefined;
  readonly publicUrl: string;
  readonly devMailboxIsPublic: boolean;
  readonly smtpUrl: string | undefined;
  readonly mailApiUrl: string | undefined;
  readonly smsApiUrl: string | undefined;
}

export function messageTransports(settings: MessageSettings): Readonly<Record<'email' | 'sms', MessageTransport>> {
  const fallback = isDevMailboxAllowed(settings) ? 'dev-mailbox' : 'none';
  return {
    email: settings.smtpUrl === undefined && settings.mailApiUrl === undefined ? fallback : 'configured',
    sms: settings.smsApiUrl === undefined ? fallback : 'configured',
  };
}

export const hasDevMailbox = (settings: MessageSettings): boolean =>
  Object.values(messageTransports(settings)).includes('dev-mailbox');

/**
 * The dev mailbox shows codes to whoever reads it. It is for one person at one machine: a public URL or a transport says that
 * others use this program, and a database of its own that it is no trial.
 */
function isDevMailboxAllowed(settings: MessageSettings): boolean {
  if (settings.databaseUrl !== undefined) return false;
  if (settings.devMailboxIsPublic) return true;
  const { smtpUrl, mailApiUrl, smsApiUrl, publicUrl } = settings;
  const hasTransport = [smtpUrl, mailApiUrl, smsApiUrl].some((url) => url !== undefined);
  return !hasTransport && isLoopbackHost(new URL(publicUrl).hostname);
}
