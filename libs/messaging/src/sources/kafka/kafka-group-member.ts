import type { Consumer, EachBatchPayload } from 'kafkajs';
import { withTimeout } from '#platform/async';
import { type KafkaSettings } from '#platform/config';
import { createKafkaClient } from '../../publishers/kafka/create-kafka-client.js';
import { OneShotSignal } from '../one-shot-signal.js';
import type { KafkaRecordProcessor } from './kafka-record-processor.js';
import { PartitionOffsets } from './partition-offsets.js';

const CALL_TIMEOUT_MS = 5_000;
/** Other members must finish their current records before a member can join. */
const JOIN_TIMEOUT_MS = 60_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const COMMIT_INTERVAL_MS = 200;
/** Consecutive commit failures before the member leaves the group. */
const MAX_COMMIT_FAILURES = 25;
const CAPACITY_POLL_MS = 20;
/** A commit during a rebalance is retried after it. */
const RETRY_OPTIONS = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false };

export interface KafkaTimings {
  /** A member without a heartbeat for this time loses its partitions. Brokers accept 6 s and more. */
  readonly sessionMs: number;
  /** The longest time that a broker waits for records before it answers. */
  readonly fetchMs: number;
}

/** One process in a consumer group, from joining until it leaves or is lost. Commits only processed records. */
export class KafkaGroupMember {
  readonly lost: Promise<Error>;
  readonly #leaving = new OneShotSignal();
  readonly #offsets = new Map<number, PartitionOffsets>();
  #reportLost: (error: Error) => void = () => undefined;
  #committing: Promise<void> | undefined;
  #commitLoop: Promise<void> | undefined;

  private constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
    private readonly processor: KafkaRecordProcessor,
  ) {
    this.lost = new Promise((resolve) => {
      this.#reportLost = resolve;
    });
    const { CRASH, GROUP_JOIN, REBALANCING } = consumer.events;
    consumer.on(CRASH, ({ payload }) => this.#reportLost(payload.error));
    consumer.on(REBALANCING, () => void this.#commit().catch(() => undefined));
    consumer.on(GROUP_JOIN, ({ payload }) => this.#dropRevokedPartitions(payload.memberAssignment[topic] ?? []));
  }

  static async create(
    groupId: string,
    {
      topic,
      settings,
      timings,
    }: { readonly topic: string; readonly settings: KafkaSettings; readonly timings: KafkaTimings },
    processor: KafkaRecordProcessor,
  ): Promise<KafkaGroupMember> {
    const { kafka } = await createKafkaClient(settings);
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: timings.sessionMs,
      rebalanceTimeout: JOIN_TIMEOUT_MS / 2,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: timings.fetchMs,
      allowAutoTopicCreation: false,
      retry: RETRY_OPTIONS,
    });
    return new KafkaGroupMember(consumer, topic, processor);
  }

  /** @throws Error if the cluster is unavailable or the topic does not exist */
  async join(): Promise<void> {
    await withTimeout(CALL_TIMEOUT_MS, this.consumer.connect());
    // A group without commits starts at the beginning, so records that arrive while it is created are not skipped.
    await withTimeout(CALL_TIMEOUT_MS, this.consumer.subscribe({ topics: [this.topic], fromBeginning: true }));
    const eachBatch = (batch: EachBatchPayload) => this.#processBatch(batch);
    const running = this.consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
    // A consumer that leaves before it has joined reopens its connection, so disconnect again.
    void running.catch(() => undefined).then(() => (this.#leaving.hasFired ? this.#disconnect() : undefined));
    await withTimeout(JOIN_TIMEOUT_MS, running);
    this.#commitLoop = this.#runCommitLoop();
  }

  /** Stops fetching records; stays in the group. */
  pause(): void {
    try {
      this.consumer.pause([{ topic: this.topic }]);
    } catch {
      // The consumer has already left the group.
    }
  }

  /** Commits processed records and leaves the group. Remaining members get the other records. */
  async leave(): Promise<void> {
    this.#leaving.fire();
    await this.#commitLoop;
    if (this.#commitLoop !== undefined) await this.#commit().catch(() => undefined);
    await this.#disconnect();
  }

  async #processBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    for (const record of batch.messages) {
      while (this.processor.isFull && !this.#leaving.hasFired) {
        await this.#leaving.waitAtMost(CAPACITY_POLL_MS);
        await heartbeat();
      }
      if (this.#leaving.hasFired || !isRunning() || isStale()) return;
      const offset = BigInt(record.offset);
      const progress = this.#offsetsOf(batch.partition, offset);
      if (!progress.isTracked(offset)) {
        progress.track(offset);
        void this.processor.process(batch.partition, record).then((done) => done && progress.markProcessed(offset));
      }
      resolveOffset(record.offset);
    }
  }

  #offsetsOf(partition: number, offset: bigint): PartitionOffsets {
    const known = this.#offsets.get(partition);
    if (known && !known.isRewoundTo(offset)) return known;
    const created = new PartitionOffsets();
    this.#offsets.set(partition, created);
    return created;
  }

  /** Other members commit the offsets of revoked partitions. */
  #dropRevokedPartitions(partitions: readonly number[]): void {
    for (const partition of this.#offsets.keys()) if (!partitions.includes(partition)) this.#offsets.delete(partition);
  }

  async #runCommitLoop(): Promise<void> {
    for (let failures = 0; !this.#leaving.hasFired; ) {
      await this.#leaving.waitAtMost(COMMIT_INTERVAL_MS);
      const failed = await this.#commit().then(
        () => undefined,
        (error: Error) => error,
      );
      failures = failed ? failures + 1 : 0;
      if (failed && failures >= MAX_COMMIT_FAILURES) this.#reportLost(failed);
    }
  }

  #commit(): Promise<void> {
    this.#committing ??= this.#commitProcessedOffsets().finally(() => {
      this.#committing = undefined;
    });
    return this.#committing;
  }

  async #commitProcessedOffsets(): Promise<void> {
    const due = [...this.#offsets].flatMap(([partition, progress]) => {
      const offset = progress.nextCommitOffset();
      return offset === undefined ? [] : [{ partition, progress, offset }];
    });
    if (due.length === 0) return;
    const offsets = due.map(({ partition, offset }) => ({ topic: this.topic, partition, offset: String(offset) }));
    await withTimeout(CALL_TIMEOUT_MS, this.consumer.commitOffsets(offsets));
    for (const { progress, offset } of due) progress.forgetCommitted(offset);
  }

  async #disconnect(): Promise<void> {
    await withTimeout(CALL_TIMEOUT_MS, this.consumer.disconnect()).catch(() => undefined);
  }
}
