import { isLoopbackHost } from './loopback.js';

/** How messages of a channel are sent: by a configured transport, to the dev mailbox, or not at all. */
export type MessageTransport = 'configured' | 'dev-mailbox' | 'none';

/** The settings that decide the transport. */
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
 * The dev mailbox shows codes to anyone who reads it, so it is for one person on one machine. A public URL or a transport
 * means that other people use the service. An external database means that it is not a trial.
 */
function isDevMailboxAllowed(settings: MessageSettings): boolean {
  if (settings.databaseUrl !== undefined) return false;
  if (settings.devMailboxIsPublic) return true;
  const { smtpUrl, mailApiUrl, smsApiUrl, publicUrl } = settings;
  const hasTransport = [smtpUrl, mailApiUrl, smsApiUrl].some((url) => url !== undefined);
  return !hasTransport && isLoopbackHost(new URL(publicUrl).hostname);
}
