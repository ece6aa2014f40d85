import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { buildEnvelope } from '../../../libs/messaging/src/publishers/event-publisher.contract.js';
import { WebhookEventPublisher } from '../../../libs/messaging/src/publishers/webhook/webhook-event-publisher.js';
import { ROOT } from '../../support/ensure-built.js';
import { freePort, isListening } from '../../support/ports.js';
import { type Reaper, reapOnExit } from '../../support/resource-reaper.js';

const KEY = randomBytes(32);

class SettableClock extends FixedClock {
  override now(): Date {
    return new Date();
  }
}

let port: number;
let receiver: Reaper;
let output = '';

beforeAll(async () => {
  const text = readFileSync(path.join(ROOT, 'docs/events.md'), 'utf8');
  const code = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block ?? '');
  const program = code.find((block) => block.includes('standardwebhooks')) ?? '';
  port = await freePort();
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: `whsec_${KEY.toString('base64')}` };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: ROOT, env, detached: true });
  receiver = reapOnExit(child.pid === undefined ? {} : { group: child.pid });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  while (!(await isListening(port))) await sleep(50);
});
afterAll(() => receiver.end());

const publisher = (secret: Buffer) => {
  const url = `http://127.0.0.1:${port}/`;
  return new WebhookEventPublisher({ url, secrets: [secret], networks: ['127.0.0.1'] }, new SettableClock());
};

it('the receiver of docs/events.md takes what we sign', async () => {
  const event = buildEnvelope({ data: { n: 1 } });
  await publisher(KEY).publish(event);
  await expect.poll(() => output).toContain(`test.happened.v1 ${event.subject} 1 { n: 1 }`);
});

it('and nothing of anybody else', async () => {
  await expect(publisher(randomBytes(32)).publish(buildEnvelope())).rejects.toThrow('answered 401');
});
