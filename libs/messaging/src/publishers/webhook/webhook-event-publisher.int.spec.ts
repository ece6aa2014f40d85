import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '#kernel';
import { startWebhookSink, type WebhookSink } from '../../../../../test/support/webhook-sink.js';
import { TcpProxy } from '../../testing/tcp-proxy.js';
import { buildEnvelope, eventPublisherContract } from '../event-publisher.contract.js';
import { PermanentPublishError } from '../event-publisher.js';
import { remoteEventPublisherContract } from '../remote-event-publisher.contract.js';
import { WebhookEventPublisher } from './webhook-event-publisher.js';

class WallClock extends Clock {
  override now(): Date {
    return new Date();
  }
  override async pause(): Promise<void> {}
}

const KEY = randomBytes(32);
const SECRET = `whsec_${KEY.toString('base64')}`;
const LOCAL_SETTINGS = { secrets: [KEY], networks: ['127.0.0.0/8', '::1'] };
const publisherTo = (url: string, o: Partial<typeof LOCAL_SETTINGS> = {}) =>
  new WebhookEventPublisher({ ...LOCAL_SETTINGS, ...o, url }, new WallClock());

eventPublisherContract('WebhookEventPublisher', async () => {
  const sink = await startWebhookSink(SECRET);
  return {
    publisher: publisherTo(sink.url),
    received: () => sink.events,
    oversizedBytes: 1_048_576,
    drop: () => sink.stop(),
  };
});

remoteEventPublisherContract('WebhookEventPublisher', async () => {
  const sink = await startWebhookSink(SECRET);
  const proxy = await TcpProxy.start(sink.url);
  return {
    proxy,
    createPublisher: () => publisherTo(proxy.url),
    received: () => sink.events,
    async drop() {
      await proxy.stop();
      await sink.stop();
    },
  };
});

describe('WebhookEventPublisher', () => {
  let sink: WebhookSink;
  let publisher: WebhookEventPublisher;

  beforeAll(async () => {
    sink = await startWebhookSink(SECRET);
  });
  beforeEach(() => {
    sink.setBehaviour({});
    publisher = publisherTo(sink.url);
  });
  afterEach(() => publisher.close());
  afterAll(() => sink.stop());

  it('sends a POST that a Standard Webhooks library verifies', async () => {
    const event = buildEnvelope({ data: { text: 'ß 漢字 🔑' } });
    await publisher.publish(event);
    const { headers, payload } = await sink.waitFor(({ id }) => id === event.id);
    expect(headers).toMatchObject({ 'content-type': 'application/cloudevents+json', 'webhook-id': event.id });
    expect(new Webhook(SECRET).verify(payload, headers as Record<string, string>)).toEqual(JSON.parse(event.payload));
    const other = new Webhook(`whsec_${randomBytes(32).toString('base64')}`);
    expect(() => other.verify(payload, headers as Record<string, string>)).toThrow(/signature/);
    expect(() => new Webhook(SECRET).verify(`${payload} `, headers as Record<string, string>)).toThrow(/signature/);
  });

  it('signs with both secrets during a rotation, so either verifies', async () => {
    const next = randomBytes(24);
    const both = publisherTo(sink.url, { secrets: [next, KEY] });
    const event = buildEnvelope();
    await both.publish(event);
    const { headers, payload } = await sink.waitFor(({ id }) => id === event.id);
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    new Webhook(`whsec_${next.toString('base64')}`).verify(payload, headers as Record<string, string>);
    await both.close();
  });

  it('fails when a receiver with another secret answers 401', async () => {
    const other = publisherTo(sink.url, { secrets: [randomBytes(32)] });
    await expect(other.publish(buildEnvelope())).rejects.toThrow('answered 401');
    await other.close();
  });

  it.each([200, 201, 202, 204])('resolves after status %i', async (status) => {
    sink.setBehaviour({ status }, 1);
    await publisher.publish(buildEnvelope());
  });

  it.each([400, 401, 403, 404, 409, 422, 429, 500, 502, 503])(
    'fails with a retryable error after status %i',
    async (status) => {
      sink.setBehaviour({ status }, 1);
      const outcome = await publisher.publish(buildEnvelope()).catch((error: unknown) => error);
      expect(outcome).not.toBeInstanceOf(PermanentPublishError);
      expect(String(outcome)).toBe(`Error: answered ${status}`);
    },
  );

  it.each([410, 413])('permanently refuses an event after status %i', async (status) => {
    sink.setBehaviour({ status }, 1);
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow(PermanentPublishError);
    await publisher.publish(buildEnvelope());
  });

  it.each([301, 302, 307, 308])('does not follow a redirect with status %i', async (status) => {
    const elsewhere = await startWebhookSink(SECRET);
    sink.setBehaviour({ status, headers: { location: elsewhere.url } }, 1);
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow(`answered ${status}`);
    expect(elsewhere.calls).toBe(0);
    await elsewhere.stop();
  });

  it('waits for the time in Retry-After', async () => {
    sink.setBehaviour({ status: 429, headers: { 'retry-after': '2' } }, 1);
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow('answered 429');
    const calls = sink.calls;
    for (const end = performance.now() + 1_500; performance.now() < end; await new Promise(setImmediate))
      await expect(publisher.check()).rejects.toThrow('unavailable');
    expect(sink.calls).toBe(calls);
    await expect.poll(() => publisher.publish(buildEnvelope()).then(() => 'taken', String)).toBe('taken');
  });

  it('resolves and stops reading when a response does not end', async () => {
    let read = true;
    const endless = http.createServer((_, response) => {
      response.writeHead(200);
      response.on('close', () => (read = false));
      const pour = () => {
        while (read && response.write('x'.repeat(16_384)));
        if (read) response.once('drain', pour);
      };
      pour();
    });
    endless.listen(0, '127.0.0.1');
    await once(endless, 'listening');
    const talkative = publisherTo(`http://127.0.0.1:${(endless.address() as AddressInfo).port}/`);
    await talkative.publish(buildEnvelope());
    await expect.poll(() => read).toBe(false);
    await talkative.close();
    endless.close();
  });
});

describe('WebhookEventPublisher with a non-public address (SSRF)', () => {
  let sink: WebhookSink;
  beforeAll(async () => {
    sink = await startWebhookSink(SECRET);
  });
  afterAll(() => sink.stop());

  it.each([
    ['given as an IP address', '127.0.0.1'],
    ['given as a name', 'localhost'],
    ['in another notation', '0x7f.1'],
    ['in another notation', '2130706433'],
    ['as IPv6', '[::1]'],
    ['as IPv4 in IPv6', '[::ffff:127.0.0.1]'],
    ['that means all interfaces', '0.0.0.0'],
  ])('refuses an address %s (%s) without WEBHOOK_NETWORKS', async (_, host) => {
    const url = `https://${host}:${sink.port}/`;
    const guarded = publisherTo(url, { networks: [] });
    await expect(guarded.publish(buildEnvelope())).rejects.toThrow('the webhook address is not public');
    await guarded.close();
    expect(sink.calls).toBe(0);
  });

  it('calls an allowed network over TLS only', async () => {
    const allowed = publisherTo(`https://127.0.0.1:${sink.port}/`);
    await expect(allowed.publish(buildEnvelope())).rejects.toThrow(/SSL|EPROTO|ECONNRESET/);
    await allowed.close();
  });
});
