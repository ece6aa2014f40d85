import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../support/ensure-built.js';
import { send } from '../../support/http-message.js';
import { freePort } from '../../support/ports.js';
import { SubscriberProcess } from './subscriber-harness.js';

const KEYS = [randomBytes(32), randomBytes(24)] as const;
const secretOf = (key: Buffer): string => `whsec_${key.toString('base64')}`;

describe('docs/examples/webhook-receiver.mjs', () => {
  let url: string;
  let receiver: SubscriberProcess;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    const env = { PORT: String(port), WEBHOOK_SECRET: KEYS.map(secretOf).join(',') };
    receiver = new SubscriberProcess({ script: path.join(ROOT, 'docs/examples/webhook-receiver.mjs'), env });
    await receiver.start();
  });
  afterAll(() => receiver?.dispose());

  const bodyOf = (subject: string) =>
    JSON.stringify({ id: randomUUID(), type: 'customer.created.v1', subject, sequence: 1, data: { name: 'ß 🔑' } });
  /** Signed by hand, as Standard Webhooks 1.0 says. */
  const headersOf = (body: string, { key = KEYS[0] as Buffer, at = Date.now(), id = randomUUID() } = {}) => {
    const timestamp = String(Math.floor(at / 1_000));
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return {
      'content-type': 'application/cloudevents+json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1a,x v1,${randomBytes(32).toString('base64')} v1,${signature}`,
    };
  };
  const post = async (body: string, headers: Record<string, string>) =>
    (await send(url, 'POST', { body, headers })).status;

  it('takes what is signed with any of its secrets, once', async () => {
    for (const key of KEYS) {
      const subject = randomUUID();
      const body = bodyOf(subject);
      for (let times = 0; times < 3; times++) expect(await post(body, headersOf(body, { key }))).toBe(204);
      await receiver.waitForLine(subject);
      expect(receiver.count(subject)).toBe(1);
    }
  });

  it('refuses what is not: another secret, another body, another id, an old signature, none', async () => {
    const subject = randomUUID();
    const body = bodyOf(subject);
    const right = headersOf(body);
    const { 'webhook-signature': _none, ...unsigned } = right;
    const minutes = 60_000;
    expect([
      await post(body, headersOf(body, { key: randomBytes(32) })),
      await post(body.replace('created', 'deleted'), right),
      await post(body, { ...right, 'webhook-id': randomUUID() }),
      await post(body, { ...right, 'webhook-timestamp': 'x' }),
      await post(body, headersOf(body, { at: Date.now() - 6 * minutes })),
      await post(body, headersOf(body, { at: Date.now() + 6 * minutes })),
      await post(body, unsigned),
    ]).toEqual(Array.from({ length: 7 }, () => 401));
    expect(receiver.count(subject)).toBe(0);
    expect(await post(body, right)).toBe(204);
  });

  it('takes no more than a megabyte, and nothing but a POST', async () => {
    const large = 'x'.repeat(1_048_577);
    expect(await post(large, headersOf(large)).catch(() => 413)).toBe(413);
    expect((await send(url, 'GET')).status).toBe(405);
  });

  it('ends when it is asked to', async () => {
    expect(await receiver.stop()).toBe(0);
  });
});
