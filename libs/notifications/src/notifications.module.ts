import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { hasDevMailbox, hasRedis, messageTransports, provideAdapter, Settings } from '#platform/config';
import { ConfiguredChannels } from './adapters/configured-channels.js';
import { DEV_MAILBOX_PROBLEMS, DevMailboxController } from './adapters/dev-mailbox/dev-mailbox.controller.js';
import { DevMailbox } from './adapters/dev-mailbox/dev-mailbox.js';
import { HttpMailSender } from './adapters/http/http-mail-sender.js';
import { HttpSmsSender } from './adapters/http/http-sms-sender.js';
import { InMemoryJobQueue } from './adapters/memory/in-memory-job-queue.js';
import { MessageTransportWarnings } from './adapters/message-transport-warnings.js';
import { RedisJobQueue } from './adapters/redis/redis-job-queue.js';
import { SmtpMailSender } from './adapters/smtp/smtp-mail-sender.js';
import { MessageLimits } from './application/message-limits.js';
import { Channels, JobQueue, MessageSender } from './application/ports.js';
import { JobWorker } from './application/services/job-worker.js';
import { MessageBudget } from './application/services/message-budget.js';
import { SmsQuota } from './application/services/sms-quota.js';

export const notificationsProblems = DEV_MAILBOX_PROBLEMS;

abstract class MailSender extends MessageSender {}
abstract class SmsSender extends MessageSender {}

function selectMailSender({ smtpUrl, mailApiUrl }: Settings): Type<MessageSender> {
  if (mailApiUrl !== undefined) return HttpMailSender;
  return smtpUrl === undefined ? DevMailbox : SmtpMailSender;
}

@Module({})
export class NotificationsModule {
  static forRoot(settings: Settings): DynamicModule {
    const transports: Provider[] = [
      { provide: MailSender, useClass: selectMailSender(settings) },
      { provide: SmsSender, useClass: settings.smsApiUrl === undefined ? DevMailbox : HttpSmsSender },
    ];
    const { email: emailTransport, sms: smsTransport } = messageTransports(settings);
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
            new ConfiguredChannels({
              ...(emailTransport === 'none' ? {} : { email }),
              ...(smsTransport === 'none' ? {} : { sms }),
            }),
        },
        provideAdapter(JobQueue, (s) => (hasRedis(s) ? RedisJobQueue : InMemoryJobQueue)),
        { provide: MessageLimits, inject: [Settings], useFactory: ({ limits }: Settings) => limits },
        MessageBudget,
        SmsQuota,
        JobWorker,
        MessageTransportWarnings,
      ],
      exports: [Channels, JobQueue, MessageBudget, MessageLimits, SmsQuota, JobWorker],
    };
  }
}
