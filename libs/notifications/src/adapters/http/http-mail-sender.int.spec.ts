import { expect, it } from 'vitest';
import type { Settings } from '#platform/config';
import { anEmailMessage } from '../../testing/an-email-message.js';
import { openHttpProviderUnderTest } from '../../testing/http-provider-under-test.js';
import {
  messageSenderContract,
  type RemoteMessageSenderUnderTest,
  remoteMessageSenderContract,
} from '../message-sender.contract.js';
import { HttpMailSender } from './http-mail-sender.js';

const MAIL_FROM = 'Foyer <no-reply@foyer.example>';
const senderTo = (mailApiUrl: string, mailApiToken?: string) =>
  new HttpMailSender({ mailApiUrl, mailApiToken, mailFrom: MAIL_FROM } as Settings);
/** The eight seconds that SMS have too, made short: one suite that waits for them is enough. */
async function open(): Promise<RemoteMessageSenderUnderTest> {
  const gateway = await openHttpProviderUnderTest(senderTo, anEmailMessage);
  return {
    ...gateway,
    async openUnresponsive() {
      const { sender, drop } = await gateway.openUnresponsive();
      const { timeout } = AbortSignal;
      AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 20);
      return {
        sender,
        async drop() {
          AbortSignal.timeout = timeout;
          await drop();
        },
      };
    },
  };
}

messageSenderContract('HttpMailSender', open);
remoteMessageSenderContract('HttpMailSender', open);

it('hands over the whole mail, with the sender of the settings', async () => {
  const sent: unknown[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (_url, init) => {
    sent.push(JSON.parse(String(init?.body)));
    return new Response(null, { status: 202 });
  };
  await senderTo('http://127.0.0.1/mails', 'token')
    .send(anEmailMessage('0199'))
    .finally(() => {
      globalThis.fetch = fetch;
    });
  const { channel: _channel, ...mail } = anEmailMessage('0199');
  expect(sent).toEqual([{ ...mail, from: MAIL_FROM }]);
});
