import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hasDevMailbox, messageTransports, Settings } from '#platform/config';
import { Log } from '#platform/observability';
import type { Channel } from '../application/ports.js';

const CHANNEL_SETTINGS: Readonly<Record<Channel, { readonly name: string; readonly settings: readonly string[] }>> = {
  email: { name: 'e-mail', settings: ['SMTP_URL', 'MAIL_API_URL'] },
  sms: { name: 'SMS', settings: ['SMS_API_URL'] },
};

/** Warns at the start of every channel that no message leaves by, and of a dev mailbox that others can read. */
@Injectable()
export class MessageTransportWarnings implements OnModuleInit {
  constructor(
    private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    const transports = messageTransports(this.settings);
    for (const channel of ['email', 'sms'] as const)
      if (transports[channel] === 'none') this.#warnAboutMissingTransport(channel);
    if (this.settings.devMailboxIsPublic && hasDevMailbox(this.settings)) {
      this.log.warn(
        { setting: 'DEV_MAILBOX' },
        'DEV_MAILBOX=public: everybody who reaches this program can read every code in the dev mailbox. Reset codes of administrators and staff are not put there',
      );
    }
  }

  #warnAboutMissingTransport(channel: Channel): void {
    const { name, settings } = CHANNEL_SETTINGS[channel];
    this.log.warn(
      { channel, settings },
      `No transport for ${name}: set ${settings.join(' or ')}. Until then registrations by ${name} answer 422 and reset codes by ${name} are not sent`,
    );
  }
}
