import type { Consumer, EachBatchPayload } from 'kafkajs';
import { within } from '#platform/async';
import { type KafkaSettings } from '#platform/config';
import { connectKafka } from '../../publishers/kafka/connect-kafka.js';
import { Bell } from '../bell.js';
import type { KafkaWork } from './kafka-work.js';
import { Progress } from './progress.js';

const CALL_MS = 5_000;
/** Others of the group must end what they are at before anybody may join. */
const JOIN_MS = 60_000;
const HEARTBEAT_MS = 1_000;
const COMMIT_EVERY_MS = 200;
/** So often in a row a commit may fail before the membership is given up. */
const COMMIT_TRIES = 25;
const LOOK_AGAIN_MS = 20;
/** A commit that meets a rebalance is tried again after it. */
const RETRIES = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false };

export interface Pace {
  /** Who is silent for so long loses its partitions to others. Brokers take 6 s and more. */
  readonly sessionMs: number;
  /** A broker answers when it has something, or after so long. */
  readonly fetchMs: number;
}

/** One process in a consumer group, from joining it until it leaves or is lost. Commits what is done, and no more. */
export class KafkaMembership {
  readonly lost: Promise<Error>;
  readonly #ended = new Bell();
  readonly #progress = new Map<number, Progress>();
  #lose: (error: Error) => void = () => undefined;
  #committing: Promise<void> | undefined;
  #ticking: Promise<void> | undefined;

  private constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
    private readonly work: KafkaWork,
  ) {
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    const { CRASH, GROUP_JOIN, REBALANCING } = consumer.events;
    consumer.on(CRASH, ({ payload }) => this.#lose(payload.error));
    consumer.on(REBALANCING, () => void this.#commit().catch(() => undefined));
    consumer.on(GROUP_JOIN, ({ payload }) => this.#keepOnly(payload.memberAssignment[topic] ?? []));
  }

  static async of(
    groupId: string,
    { topic, settings, pace }: { readonly topic: string; readonly settings: KafkaSettings; readonly pace: Pace },
    work: KafkaWork,
  ): Promise<KafkaMembership> {
    const { kafka } = await connectKafka(settings);
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: pace.sessionMs,
      rebalanceTimeout: JOIN_MS / 2,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: pace.fetchMs,
      allowAutoTopicCreation: false,
      retry: RETRIES,
    });
    return new KafkaMembership(consumer, topic, work);
  }

  /** @throws Error when the cluster is away, or has no such topic */
  async join(): Promise<void> {
    await within(CALL_MS, this.consumer.connect());
    // A group that has never committed begins at the beginning: what came while it was being made is not passed over.
    await within(CALL_MS, this.consumer.subscribe({ topics: [this.topic], fromBeginning: true }));
    const eachBatch = (batch: EachBatchPayload) => this.#take(batch);
    const running = this.consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
    // One that is left before it has joined opens its connection again.
    void running.catch(() => undefined).then(() => (this.#ended.rung ? this.#disconnect() : undefined));
    await within(JOIN_MS, running);
    this.#ticking = this.#tick();
  }

  /** Takes no more records; stays in the group. */
  pause(): void {
    try {
      this.consumer.pause([{ topic: this.topic }]);
    } catch {
      // It is out of the group already.
    }
  }

  /** Commits what is done and leaves the group: what is not done goes to those who stay in it. */
  async leave(): Promise<void> {
    this.#ended.ring();
    await this.#ticking;
    if (this.#ticking !== undefined) await this.#commit().catch(() => undefined);
    await this.#disconnect();
  }

  async #take({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    for (const record of batch.messages) {
      while (this.work.full && !this.#ended.rung) {
        await this.#ended.within(LOOK_AGAIN_MS);
        await heartbeat();
      }
      if (this.#ended.rung || !isRunning() || isStale()) return;
      const offset = BigInt(record.offset);
      const progress = this.#progressOf(batch.partition, offset);
      if (!progress.knows(offset)) {
        progress.take(offset);
        void this.work.do(batch.partition, record).then((done) => done && progress.finish(offset));
      }
      resolveOffset(record.offset);
    }
  }

  #progressOf(partition: number, offset: bigint): Progress {
    const known = this.#progress.get(partition);
    if (known && !known.isBehind(offset)) return known;
    const begun = new Progress();
    this.#progress.set(partition, begun);
    return begun;
  }

  /** What others have now is theirs to commit. */
  #keepOnly(partitions: readonly number[]): void {
    for (const partition of this.#progress.keys())
      if (!partitions.includes(partition)) this.#progress.delete(partition);
  }

  async #tick(): Promise<void> {
    for (let failures = 0; !this.#ended.rung; ) {
      await this.#ended.within(COMMIT_EVERY_MS);
      const failed = await this.#commit().then(
        () => undefined,
        (error: Error) => error,
      );
      failures = failed ? failures + 1 : 0;
      if (failed && failures >= COMMIT_TRIES) this.#lose(failed);
    }
  }

  #commit(): Promise<void> {
    this.#committing ??= this.#commitDue().finally(() => {
      this.#committing = undefined;
    });
    return this.#committing;
  }

  async #commitDue(): Promise<void> {
    const due = [...this.#progress].flatMap(([partition, progress]) => {
      const offset = progress.due();
      return offset === undefined ? [] : [{ partition, progress, offset }];
    });
    if (due.length === 0) return;
    const offsets = due.map(({ partition, offset }) => ({ topic: this.topic, partition, offset: String(offset) }));
    await within(CALL_MS, this.consumer.commitOffsets(offsets));
    for (const { progress, offset } of due) progress.committed(offset);
  }

  async #disconnect(): Promise<void> {
    await within(CALL_MS, this.consumer.disconnect()).catch(() => undefined);
  }
}
