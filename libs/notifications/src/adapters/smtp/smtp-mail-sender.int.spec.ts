import { domainToASCII } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Settings } from '#platform/config';
import { HealthCheckService } from '#platform/health';
import { type SmtpSink, startSmtpSink } from '../../../../../test/support/smtp-sink.js';
import { anEmailMessage } from '../../testing/an-email-message.js';
import { startUnresponsiveServer } from '../../testing/unresponsive-server.js';
import {
  messageSenderContract,
  type RemoteMessageSenderUnderTest,
  remoteMessageSenderContract,
} from '../message-sender.contract.js';
import { SmtpMailSender } from './smtp-mail-sender.js';

const settings = (smtpUrl: string) =>
  ({ smtpUrl, mailFrom: 'Foyer <no-reply@foyer.example>', publicUrl: 'https://foyer.example/app' }) as Settings;
const senderTo = (smtpUrl: string) => new SmtpMailSender(settings(smtpUrl), new HealthCheckService());
async function open(): Promise<RemoteMessageSenderUnderTest> {
  let sink = await startSmtpSink();
  const sender = senderTo(sink.url);
  return {
    sender,
    message: anEmailMessage,
    receivedMessages: () => sink.messages.map(({ to, text }) => ({ to: to.join(), text })),
    failNextMessage(how) {
      if (how === 'without an answer') sink.setBehaviour({ drop: 'before' }, 1);
      else sink.setBehaviour({ refuse: how === 'for good' ? 550 : 451 }, 1);
    },
    stopServer: () => sink.stop(),
    async restartServer() {
      sink = await startSmtpSink({ port: sink.port });
    },
    async openUnresponsive() {
      const server = await startUnresponsiveServer();
      const silent = senderTo(`smtp://127.0.0.1:${server.port}`);
      return { sender: silent, drop: () => server.stop() };
    },
    async close() {
      sender.close();
      await sink.stop();
    },
  };
}

messageSenderContract('SmtpMessageSender', open);
remoteMessageSenderContract('SmtpMessageSender', open);

describe('a mail', () => {
  let sink: SmtpSink;
  let sender: SmtpMailSender;
  beforeAll(async () => {
    sink = await startSmtpSink();
    sender = senderTo(sink.url);
  });
  afterEach(() => sink.clear());
  afterAll(async () => {
    sender.close();
    await sink.stop();
  });

  it('has both parts and its subject in UTF-8, and headers that keep robots from answering', async () => {
    await sender.send(anEmailMessage('0199'));
    const mail = await sink.waitFor(() => true);
    expect(mail.subject).toBe('0420 — é o seu código');
    expect([mail.text.trimEnd(), mail.html.trimEnd()]).toEqual(['text of 0199', anEmailMessage('0199').html]);
    expect(mail.from).toBe('no-reply@foyer.example');
    expect(mail.headers.get('from')).toBe('Foyer <no-reply@foyer.example>');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.headers.get('message-id')).toBe('<0199@foyer.example>');
  });

  it.each([
    "o'neil_{x}|~@example.com",
    '-joe-@example.com',
    'a+b=c@xn--bcher-kva.example',
    `${'a'.repeat(64)}@${'b.'.repeat(91)}exampl`,
    '+16502530000@example.com',
  ])('AC-35 goes to %s and to nobody else', async (to) => {
    await sender.send({ ...anEmailMessage('x'), to });
    const [address = '', ...others] = (await sink.waitFor(() => true)).to;
    const [local, domain] = address.split('@');
    // The sink shows an encoded domain in letters.
    expect([`${local}@${domainToASCII(domain ?? '')}`, ...others]).toEqual([to]);
  });

  it('AC-28 AC-35 lets no subject add a header', async () => {
    await sender.send({ ...anEmailMessage('x'), subject: 'hello\r\nBcc: eve@evil.example' });
    const mail = await sink.waitFor(() => true);
    expect(mail.to).toEqual(['mia@example.org']);
    expect(mail.headers.has('bcc')).toBe(false);
  });

  it('FM-S2 is accepted when the server says so, not before', async () => {
    sink.setBehaviour({ delayMs: 300 }, 1);
    const start = Date.now();
    await sender.send(anEmailMessage('slow'));
    expect(Date.now() - start).toBeGreaterThanOrEqual(300);
    expect(Date.now() - (sink.messages[0]?.acceptedAt ?? 0)).toBeLessThan(200);
  });

  it('KP-R4 that was taken although its answer was lost is an error: it may be sent again', async () => {
    sink.setBehaviour({ drop: 'after' }, 1);
    await expect(sender.send(anEmailMessage('lost'))).rejects.toThrow();
    expect(sink.messages).toHaveLength(1);
  });
});

it('tells readiness whether the server is there', async () => {
  const health = new HealthCheckService();
  const sink = await startSmtpSink();
  const sender = new SmtpMailSender(settings(sink.url), health);
  expect(await health.checkReadiness()).toEqual({ status: 'ok', dependencies: { mail: 'ok' } });
  await sink.stop();
  expect(await health.checkReadiness()).toEqual({ status: 'degraded', dependencies: { mail: 'away' } });
  sender.close();
});
