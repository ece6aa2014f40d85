import type { Clock } from '#kernel';
import { Metrics } from '#platform/observability';
import { createRecordingLog } from '#platform/observability/testing';
import { InMemoryJobQueue } from '../adapters/memory/in-memory-job-queue.js';
import { type MessageSender, type OutgoingMessage, PermanentSendError } from '../application/ports.js';
import { Channels, JobWorker, type MessageJob } from '../index.js';
import type { RecordingJobQueue } from './recording-job-queue.js';

/** What becomes of every message. */
export type TransportOutcome =
  | 'accepted'
  | 'accepted late'
  | 'refused for good'
  | 'refused for now'
  | 'hanging'
  | 'away';

const LATE_ACCEPTANCE_MS = 1_500;
const SEND_TIMEOUT_MS = 8_000;

/** The dispatcher of the program, between what is due and a transport that does as it is told. */
export class TestMessageTransport extends Channels {
  outcome: TransportOutcome = 'accepted';
  readonly metrics = new Metrics();
  readonly accepted: OutgoingMessage[] = [];
  readonly #worker: JobWorker;
  readonly #sender: MessageSender;

  constructor(
    private readonly clock: Clock,
    due: RecordingJobQueue,
    sources: readonly MessageJob[],
  ) {
    super();
    const list = new InMemoryJobQueue(clock);
    due.enqueue = (message) => list.enqueue(message);
    this.#sender = {
      isReadableByOthers: false,
      send: (message) => this.#send(message),
      close: () => undefined,
    };
    this.#worker = new JobWorker(list, this, clock, createRecordingLog().log, this.metrics);
    for (const source of sources) this.#worker.registerJob(source);
    this.#worker.start();
  }

  override findSender(): MessageSender | undefined {
    return this.outcome === 'away' ? undefined : this.#sender;
  }

  override close(): void {}

  stop(): Promise<void> {
    return this.#worker.onApplicationShutdown();
  }

  /** Messages by outcome. */
  async countMessagesByOutcome(): Promise<Readonly<Record<string, number>>> {
    const figures = await this.metrics.registry.getSingleMetric('messages_total')?.get();
    return Object.fromEntries(figures?.values.map(({ labels, value }) => [labels['outcome'], value]) ?? []);
  }

  async #send(message: OutgoingMessage): Promise<void> {
    switch (this.outcome) {
      case 'refused for good':
        throw new PermanentSendError('no such mailbox');
      case 'refused for now':
        throw new Error('try later');
      case 'hanging':
        await this.clock.pause(SEND_TIMEOUT_MS);
        throw new Error('no answer');
      default:
        if (this.outcome === 'accepted late') await this.clock.pause(LATE_ACCEPTANCE_MS);
        this.accepted.push(message);
    }
  }
}
