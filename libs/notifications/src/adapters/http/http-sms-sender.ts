import { Injectable } from '@nestjs/common';
import { Settings } from '#platform/config';
import { MessageSender, type OutgoingMessage } from '../../application/ports.js';
import { postToProvider } from './post-to-provider.js';

/** An SMS gateway: `POST SMS_API_URL` with `{id, to, text}`. The id stays the same when a message is handed over again. */
@Injectable()
export class HttpSmsSender extends MessageSender {
  constructor(private readonly settings: Settings) {
    super();
  }

  send({ id, to, text }: OutgoingMessage): Promise<void> {
    return postToProvider(this.settings.smsApiUrl ?? '', this.settings.smsApiToken, { id, to, text });
  }
}
