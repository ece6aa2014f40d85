import { expect, it } from 'vitest';
import type { Settings } from '#platform';
import { startSmsSink } from '../../../../../test/support/sms-sink.js';
import type { OutgoingMessage } from '../../application/ports.js';
import { startSilentServer } from '../../testing/silent-server.js';
import { messageSenderContract, type TransportUnderTest, transportContract } from '../message-sender.contract.js';
import { HttpMailSender } from './http-mail-sender.js';

const MAIL_FROM = 'Foyer <no-reply@foyer.example>';
const senderTo = (mailApiUrl: string, mailApiToken?: string) =>
  new HttpMailSender({ mailApiUrl, mailApiToken, mailFrom: MAIL_FROM } as Settings);
const message = (id: string): OutgoingMessage => ({
  id,
  channel: 'email',
  to: 'mia@example.org',
  subject: '0420 — é o seu código',
  text: `text of ${id}`,
  html: '<p lang="pt">Olá, <b>0420</b></p>',
});

/** What takes SMS takes mails as well: `to` and `text` are in both. */
async function open(): Promise<TransportUnderTest> {
  let sink = await startSmsSink();
  return {
    sender: senderTo(sink.url, sink.token),
    message,
    arrived: () => sink.messages,
    fail(how) {
      if (how === 'without an answer') sink.behave({ drop: 'before' }, 1);
      else sink.behave({ status: how === 'for good' ? 422 : 503 }, 1);
    },
    leave: () => sink.stop(),
    async comeBack() {
      sink = await startSmsSink({ port: sink.port });
    },
    async toSilence() {
      const server = await startSilentServer();
      const sender = senderTo(`http://127.0.0.1:${server.port}`);
      // The eight seconds that SMS have too, made short: one suite that waits for them is enough.
      const { timeout } = AbortSignal;
      AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 20);
      return {
        sender,
        async drop() {
          AbortSignal.timeout = timeout;
          await server.stop();
        },
      };
    },
    drop: () => sink.stop(),
  };
}

messageSenderContract('HttpMailSender', open);
transportContract('HttpMailSender', open);

it('hands over the whole mail, with the sender of the settings', async () => {
  const sent: unknown[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (_url, init) => {
    sent.push(JSON.parse(String(init?.body)));
    return new Response(null, { status: 202 });
  };
  await senderTo('http://127.0.0.1/mails', 'token')
    .send(message('0199'))
    .finally(() => {
      globalThis.fetch = fetch;
    });
  const { channel: _channel, ...mail } = message('0199');
  expect(sent).toEqual([{ ...mail, from: MAIL_FROM }]);
});
