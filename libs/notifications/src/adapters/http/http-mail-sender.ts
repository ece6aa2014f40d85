import { Injectable } from '@nestjs/common';
import { Settings } from '#platform/config';
import { MessageSender, type OutgoingMessage } from '../../application/ports.js';
import { postToProvider } from './post-to-provider.js';

/** A mail provider: `POST MAIL_API_URL` with `{id, from, to, subject, text, html}`. */
@Injectable()
export class HttpMailSender extends MessageSender {
  constructor(private readonly settings: Settings) {
    super();
  }

  send({ id, to, subject, text, html }: OutgoingMessage): Promise<void> {
    const { mailApiUrl, mailApiToken, mailFrom: from } = this.settings;
    return postToProvider(mailApiUrl ?? '', mailApiToken, { id, from, to, subject, text, html });
  }
}
