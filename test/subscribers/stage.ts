import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';
import { declareEventTopology, EVENTS_EXCHANGE } from '../../libs/messaging/src/publishers/rabbitmq/event-topology.js';
import { Child } from '../support/child.js';
import { Collected } from '../support/collected.js';
import { temporaryFolder } from '../support/guard.js';
import { bareEnvironment } from '../support/throw-away.js';
import { freshVhost } from '../support/vhost.js';

export interface Told {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
}

/** A broker of its own with the exchange of Foyer, and what is said there. */
export interface Stage {
  readonly url: string;
  /** Tells an event, as the relay does it; `body` for something else. */
  tell(event: Partial<Told>, body?: string): Promise<Told>;
  /** How many messages lie in a queue that nobody has in hand. */
  waiting(queue: string): Promise<number>;
  drop(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const vhost = await freshVhost();
  const connection = await amqp.connect(vhost.url, { timeout: 5_000 });
  connection.on('error', () => {});
  const channel = await connection.createConfirmChannel();
  await declareEventTopology(channel);
  return {
    url: vhost.url,
    async tell(given, body) {
      const event = { id: randomUUID(), type: 'customer.created.v1', subject: randomUUID(), sequence: 1, ...given };
      const time = '2026-03-01T12:00:00.250Z';
      const content = body ?? JSON.stringify({ specversion: '1.0', ...event, time, data: { name: 'Mia' } });
      channel.publish(EVENTS_EXCHANGE, event.type, Buffer.from(content), { persistent: true, messageId: event.id });
      await channel.waitForConfirms();
      return event;
    },
    waiting: async (queue) => (await channel.checkQueue(queue)).messageCount,
    async drop() {
      await connection.close().catch(() => {});
      await vhost.drop();
    },
  };
}

/** A subscriber at work. What it says is kept over all starts. */
export class Listener {
  readonly #lines = new Collected<string>('line of output');
  readonly #folder = temporaryFolder();
  #child: Child | undefined;

  constructor(private readonly o: Omit<ConstructorParameters<typeof Child>[0], 'lines' | 'cwd'>) {}

  get lines(): readonly string[] {
    return this.#lines.items;
  }

  /** Returns when it listens, for the n-th time. */
  async start(): Promise<void> {
    const before = this.#listening();
    const env = { ...bareEnvironment(), ...this.o.env };
    this.#child = new Child({ ...this.o, env, cwd: this.#folder.path, lines: this.#lines });
    await this.#lines.waitFor(() => this.#listening() > before, 20_000);
  }

  /** @returns its exit code */
  async stop(): Promise<number> {
    this.#child?.signal('SIGTERM');
    return (await this.#child?.ended(15_000)) ?? 0;
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  heard(text: string, timeoutMs = 15_000): Promise<string> {
    return this.#lines.waitFor((line) => line.includes(text), timeoutMs);
  }

  count(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await this.#folder.end();
  }

  #listening(): number {
    return this.count('listening');
  }
}
