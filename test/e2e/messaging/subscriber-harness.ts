import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';
import {
  declareEventTopology,
  EVENTS_EXCHANGE,
} from '../../../libs/messaging/src/publishers/rabbitmq/event-topology.js';
import { AwaitableList } from '../../support/awaitable-list.js';
import { minimalEnvironment } from '../../support/disposable-server.js';
import { freshVhost } from '../../support/fresh-vhost.js';
import { ManagedProcess } from '../../support/managed-process.js';
import { temporaryFolder } from '../../support/resource-reaper.js';

export interface PublishedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
}

/** A broker of its own with the exchange of Foyer, and what is said there. */
export interface TestBroker {
  readonly url: string;
  /** Tells an event, as the relay does it; `body` for something else. */
  publish(event: Partial<PublishedEvent>, body?: string): Promise<PublishedEvent>;
  /** How many messages lie in a queue that nobody has in hand. */
  countReadyMessages(queue: string): Promise<number>;
  drop(): Promise<void>;
}

export async function startTestBroker(): Promise<TestBroker> {
  const vhost = await freshVhost();
  const connection = await amqp.connect(vhost.url, { timeout: 5_000 });
  connection.on('error', () => {});
  const channel = await connection.createConfirmChannel();
  await declareEventTopology(channel);
  return {
    url: vhost.url,
    async publish(given, body) {
      const event = { id: randomUUID(), type: 'customer.created.v1', subject: randomUUID(), sequence: 1, ...given };
      const time = '2026-03-01T12:00:00.250Z';
      const content = body ?? JSON.stringify({ specversion: '1.0', ...event, time, data: { name: 'Mia' } });
      channel.publish(EVENTS_EXCHANGE, event.type, Buffer.from(content), { persistent: true, messageId: event.id });
      await channel.waitForConfirms();
      return event;
    },
    countReadyMessages: async (queue) => (await channel.checkQueue(queue)).messageCount,
    async drop() {
      await connection.close().catch(() => {});
      await vhost.drop();
    },
  };
}

/** A subscriber at work. What it says is kept over all starts. */
export class SubscriberProcess {
  readonly #lines = new AwaitableList<string>('line of output');
  readonly #folder = temporaryFolder();
  #child: ManagedProcess | undefined;

  constructor(private readonly o: Omit<ConstructorParameters<typeof ManagedProcess>[0], 'lines' | 'cwd'>) {}

  get lines(): readonly string[] {
    return this.#lines.items;
  }

  /** Returns when it listens, for the n-th time. */
  async start(): Promise<void> {
    const before = this.#countStarts();
    const env = { ...minimalEnvironment(), ...this.o.env };
    this.#child = new ManagedProcess({ ...this.o, env, cwd: this.#folder.path, lines: this.#lines });
    await this.#lines.waitFor(() => this.#countStarts() > before, 20_000);
  }

  /** @returns its exit code */
  async stop(): Promise<number> {
    this.#child?.signal('SIGTERM');
    return (await this.#child?.waitForExit(15_000)) ?? 0;
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  waitForLine(text: string, timeoutMs = 15_000): Promise<string> {
    return this.#lines.waitFor((line) => line.includes(text), timeoutMs);
  }

  count(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await this.#folder.end();
  }

  #countStarts(): number {
    return this.count('listening');
  }
}
