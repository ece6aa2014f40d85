import { Injectable } from '@nestjs/common';
import { Settings } from '#platform';
import { MessageSender, type OutgoingMessage, PermanentRefusal } from '../../application/ports.js';

const SEND_MS = 8_000;

/** An SMS gateway: `POST SMS_API_URL` with `{id, to, text}` and the token as Bearer. 2xx accepts, 4xx but 408 and 429 refuses for good. */
@Injectable()
export class HttpSmsSender extends MessageSender {
  constructor(private readonly settings: Settings) {
    super();
  }

  async send({ id, to, text }: OutgoingMessage): Promise<void> {
    const { smsApiUrl = '', smsApiToken } = this.settings;
    const answer = await fetch(smsApiUrl, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(SEND_MS),
      headers: {
        'content-type': 'application/json',
        ...(smsApiToken ? { authorization: `Bearer ${smsApiToken}` } : {}),
      },
      body: JSON.stringify({ id, to, text }),
    });
    await answer.body?.cancel();
    if (answer.ok) return;
    const { status } = answer;
    if (status >= 400 && status < 500 && status !== 408 && status !== 429)
      throw new PermanentRefusal(`refused with ${status}`);
    throw new Error(`answered ${status}`);
  }
}
