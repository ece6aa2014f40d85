import { expect, it } from 'vitest';
import type { Settings } from '#platform/config';
import { startSmsSink } from '../../../../../test/support/sms-sink.js';
import { type OutgoingMessage, PermanentSendError } from '../../application/ports.js';
import { openHttpProviderUnderTest } from '../../testing/http-provider-under-test.js';
import { messageSenderContract, remoteMessageSenderContract } from '../message-sender.contract.js';
import { HttpSmsSender } from './http-sms-sender.js';

const senderTo = (smsApiUrl: string, smsApiToken?: string) => new HttpSmsSender({ smsApiUrl, smsApiToken } as Settings);
const message = (id: string): OutgoingMessage => ({ id, channel: 'sms', to: '+5511961234567', subject: '', text: id });

const open = () => openHttpProviderUnderTest(senderTo, message);

messageSenderContract('HttpSmsSender', open);
remoteMessageSenderContract('HttpSmsSender', open);

it.each([
  [400, true],
  [404, true],
  [408, false],
  [429, false],
  [500, false],
  [502, false],
])('a gateway that answers %i refuses for good: %s', async (status, forGood) => {
  const sink = await startSmsSink();
  sink.setBehaviour({ status });
  const error = await senderTo(sink.url, sink.token)
    .send(message('x'))
    .catch((reason: unknown) => reason);
  expect(error instanceof PermanentSendError).toBe(forGood);
  expect(String(error)).toContain(String(status));
  await sink.stop();
});

it('shows its token, and its id for deduplication, and follows nobody elsewhere', async () => {
  const sink = await startSmsSink({ token: 'secret' });
  const sender = senderTo(sink.url, 'secret');
  await sender.send(message('0199'));
  expect(sink.messages[0]?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'content-type': 'application/json',
  });
  sink.setBehaviour({ status: 302 }, 1);
  await expect(sender.send(message('moved'))).rejects.toThrow();
  await sink.stop();
});
