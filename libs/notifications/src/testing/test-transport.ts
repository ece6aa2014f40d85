import type { Clock } from '#kernel';
import { Metrics } from '#platform/observability';
import { recordingLog } from '#platform/observability/testing';
import { InMemoryDueMessages } from '../adapters/memory/in-memory-due-messages.js';
import { type MessageSender, type OutgoingMessage, PermanentRefusal } from '../application/ports.js';
import { Channels, Dispatcher, type MessageSource } from '../index.js';
import type { RecordingDueMessages } from './recording-due-messages.js';

/** What becomes of every message. */
export type TransportOutcome =
  | 'accepted'
  | 'accepted late'
  | 'refused for good'
  | 'refused for now'
  | 'hanging'
  | 'away';

const LATE_MS = 1_500;
const GIVEN_UP_MS = 8_000;

/** The dispatcher of the program, between what is due and a transport that does as it is told. */
export class TestTransport extends Channels {
  outcome: TransportOutcome = 'accepted';
  readonly metrics = new Metrics();
  readonly accepted: OutgoingMessage[] = [];
  readonly #dispatcher: Dispatcher;
  readonly #sender: MessageSender;

  constructor(
    private readonly clock: Clock,
    due: RecordingDueMessages,
    sources: readonly MessageSource[],
  ) {
    super();
    const list = new InMemoryDueMessages(clock);
    due.put = (message) => list.put(message);
    this.#sender = {
      isReadableByOthers: false,
      send: (message) => this.#send(message),
      close: () => undefined,
    };
    this.#dispatcher = new Dispatcher(list, this, clock, recordingLog().log, this.metrics);
    for (const source of sources) this.#dispatcher.serve(source);
    this.#dispatcher.start();
  }

  override senderOf(): MessageSender | undefined {
    return this.outcome === 'away' ? undefined : this.#sender;
  }

  override close(): void {}

  stop(): Promise<void> {
    return this.#dispatcher.onApplicationShutdown();
  }

  /** Messages by outcome. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    const figures = await this.metrics.registry.getSingleMetric('messages_total')?.get();
    return Object.fromEntries(figures?.values.map(({ labels, value }) => [labels['outcome'], value]) ?? []);
  }

  async #send(message: OutgoingMessage): Promise<void> {
    switch (this.outcome) {
      case 'refused for good':
        throw new PermanentRefusal('no such mailbox');
      case 'refused for now':
        throw new Error('try later');
      case 'hanging':
        await this.clock.pause(GIVEN_UP_MS);
        throw new Error('no answer');
      default:
        if (this.outcome === 'accepted late') await this.clock.pause(LATE_MS);
        this.accepted.push(message);
    }
  }
}
