import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { choose, hasDevMailbox, hasRedis, messageTransports, Settings } from '#platform/config';
import { ConfiguredChannels } from './adapters/configured-channels.js';
import { DEV_MAILBOX_PROBLEMS, DevMailboxController } from './adapters/dev-mailbox/dev-mailbox.controller.js';
import { DevMailbox } from './adapters/dev-mailbox/dev-mailbox.js';
import { HttpMailSender } from './adapters/http/http-mail-sender.js';
import { HttpSmsSender } from './adapters/http/http-sms-sender.js';
import { InMemoryDueMessages } from './adapters/memory/in-memory-due-messages.js';
import { MessageTransportReport } from './adapters/message-transport-report.js';
import { RedisDueMessages } from './adapters/redis/redis-due-messages.js';
import { SmtpMessageSender } from './adapters/smtp/smtp-message-sender.js';
import { Dispatcher } from './application/dispatcher.js';
import { MessageLimits } from './application/limits.js';
import { MessageBudget } from './application/message-budget.js';
import { Channels, DueMessages, MessageSender } from './application/ports.js';
import { SmsQuota } from './application/sms-quota.js';

export const notificationsProblems = DEV_MAILBOX_PROBLEMS;

abstract class MailSender extends MessageSender {}
abstract class SmsSender extends MessageSender {}

function mailSenderFor({ smtpUrl, mailApiUrl }: Settings): Type<MessageSender> {
  if (mailApiUrl !== undefined) return HttpMailSender;
  return smtpUrl === undefined ? DevMailbox : SmtpMessageSender;
}

@Module({})
export class NotificationsModule {
  static on(settings: Settings): DynamicModule {
    const transports: Provider[] = [
      { provide: MailSender, useClass: mailSenderFor(settings) },
      { provide: SmsSender, useClass: settings.smsApiUrl === undefined ? DevMailbox : HttpSmsSender },
    ];
    const { email: mail, sms: text } = messageTransports(settings);
    return {
      module: NotificationsModule,
      global: true,
      controllers: hasDevMailbox(settings) ? [DevMailboxController] : [],
      providers: [
        ...transports,
        DevMailbox,
        {
          provide: Channels,
          inject: [MailSender, SmsSender],
          useFactory: (email: MessageSender, sms: MessageSender) =>
            new ConfiguredChannels({ ...(mail === 'none' ? {} : { email }), ...(text === 'none' ? {} : { sms }) }),
        },
        choose(DueMessages, (s) => (hasRedis(s) ? RedisDueMessages : InMemoryDueMessages)),
        { provide: MessageLimits, inject: [Settings], useFactory: ({ limits }: Settings) => limits },
        MessageBudget,
        SmsQuota,
        Dispatcher,
        MessageTransportReport,
      ],
      exports: [Channels, DueMessages, MessageBudget, MessageLimits, SmsQuota, Dispatcher],
    };
  }
}
