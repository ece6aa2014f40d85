import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TcpProxy } from '../../../libs/messaging/src/testing/tcp-proxy.js';
import { ROOT } from '../../support/ensure-built.js';
import { SubscriberProcess, startTestBroker, type TestBroker } from './subscriber-harness.js';

interface Language {
  readonly name: string;
  /** Why it cannot be tried here. */
  readonly missing?: string;
  listener(url: string, queue: string): SubscriberProcess;
}

const BUILT = path.join(ROOT, 'dist/apps/subscriber/src/main.js');
const PYTHON = '/usr/bin/python3';

function whyNoPython(): string | undefined {
  try {
    execFileSync(PYTHON, ['-c', 'import pika'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'python3 with pika is missing: make services (Debian: apt install python3-pika)';
  }
}

const missing = whyNoPython();

const LANGUAGES: readonly Language[] = [
  {
    name: 'apps/subscriber',
    listener: (url, queue) =>
      new SubscriberProcess({
        script: BUILT,
        args: ['--url', url, '--queue', queue, '--type', 'customer.*', '--json'],
        env: {},
      }),
  },
  {
    name: 'docs/examples/subscriber.py',
    ...(missing === undefined ? {} : { missing }),
    listener: (url, QUEUE) =>
      new SubscriberProcess({
        runner: PYTHON,
        script: path.join(ROOT, 'docs/examples/subscriber.py'),
        env: { RABBITMQ_URL: url, QUEUE },
      }),
  },
];

describe.each(LANGUAGES)('$name', ({ missing: why, listener: make }) => {
  let stage: TestBroker;
  let proxy: TcpProxy;
  let listener: SubscriberProcess;
  const queue = 'crm.customers';
  const told = (sequence: number, id: string = randomUUID()) => stage.publish({ id, sequence });
  const done = () => expect.poll(() => stage.countReadyMessages(queue), { timeout: 10_000 }).toBe(0);

  beforeAll(async () => {
    if (why) throw new Error(why);
    stage = await startTestBroker();
    proxy = await TcpProxy.start(stage.url);
    listener = make(proxy.url, queue);
    await listener.start();
  });
  afterAll(async () => {
    await listener?.dispose();
    await proxy?.stop();
    await stage?.drop();
  });

  it('hears the types it asked for, and no others', async () => {
    const other = await stage.publish({ type: 'auth.logged_in.v1' });
    const event = await told(1);
    await listener.waitForLine(event.subject);
    expect(listener.count(other.subject)).toBe(0);
  });

  it('handles an event once, however often it comes', async () => {
    const event = await told(1);
    for (let times = 0; times < 3; times++) await stage.publish(event);
    const last = await told(1);
    await listener.waitForLine(last.subject);
    expect(listener.count(event.subject)).toBe(1);
    await done();
  });

  it('FM-M3 puts what it cannot read to the dead letters, and goes on', async () => {
    for (const body of ['no JSON', '[]', '{"type":"customer.created.v1"}', 'null']) await stage.publish({}, body);
    const event = await told(1);
    await listener.waitForLine(event.subject);
    await expect.poll(() => stage.countReadyMessages(`${queue}.dead`), { timeout: 10_000 }).toBe(4);
    await done();
  });

  it('comes back when its connection is cut, and loses nothing of what came meanwhile', async () => {
    const listening = listener.count('listening');
    proxy.setRefuseConnections(true);
    proxy.closeConnections();
    const event = await told(1);
    proxy.setRefuseConnections(false);
    await listener.waitForLine(event.subject, 30_000);
    await expect.poll(() => listener.count('listening')).toBeGreaterThan(listening);
  });

  it('gets what came while it was killed, in order', async () => {
    await listener.kill();
    const subject = randomUUID();
    for (let sequence = 1; sequence <= 20; sequence++) await stage.publish({ subject, sequence });
    await listener.start();
    await expect.poll(() => listener.count(subject), { timeout: 10_000 }).toBe(20);
    const sequences = listener.lines.filter((line) => line.includes(subject)).map(sequenceIn);
    expect(sequences).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it('ends when it is asked to, and leaves its queue', async () => {
    expect(await listener.stop()).toBe(0);
    const event = await told(1);
    await expect.poll(() => stage.countReadyMessages(queue), { timeout: 5_000 }).toBe(1);
    await listener.start();
    await listener.waitForLine(event.subject);
    await done();
  });
});

/** Of a line of JSON, or of words: type, subject, sequence, data. */
const sequenceIn = (line: string): number =>
  line.startsWith('{') ? (JSON.parse(line) as { sequence: number }).sequence : Number(line.split(' ')[2]);

describe('apps/subscriber, for people', () => {
  let stage: TestBroker;
  beforeAll(async () => {
    stage = await startTestBroker();
  });
  afterAll(() => stage?.drop());

  const heard = async (env: Record<string, string>): Promise<string> => {
    const listener = new SubscriberProcess({ script: BUILT, env: { RABBITMQ_URL: stage.url, ...env } });
    await listener.start();
    const { subject } = await stage.publish({});
    await listener.waitForLine('name: ');
    expect(await listener.stop()).toBe(0);
    expect(listener.lines.some((line) => line.includes(subject))).toBe(true);
    await listener.dispose();
    return listener.lines.join('\n');
  };
  const ESCAPE = '\u001b[';

  it('is plain in a pipe, coloured when that is asked for, and never against NO_COLOR', async () => {
    expect(await heard({})).not.toContain(ESCAPE);
    expect(await heard({ FORCE_COLOR: '1' })).toContain(ESCAPE);
    expect(await heard({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain(ESCAPE);
    expect(await stage.countReadyMessages('foyer.subscriber')).toBe(0);
  });
});
