import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '#kernel';
import { Log, Metrics, runInContext } from '#platform/observability';
import type { MessageJob, PreparedMessage } from '../message-job.js';
import { Channels, type Job, JobQueue, type OutgoingMessage, PermanentSendError } from '../ports.js';
import { RecentSendOutcomes, type SendOutcome } from './recent-send-outcomes.js';

const MAX_CONCURRENT_JOBS = 32;
const JOB_LEASE_MS = 40_000;
const POLL_INTERVAL_MS = 250;
const MAX_SEND_ATTEMPTS = 3;
const NO_TRANSPORT_OUTCOME: SendOutcome = { accepted: false, attempts: 1, durationMs: 0 };

/** Takes due messages, has them written, sends them. Runs where background work runs. */
@Injectable()
export class JobWorker implements OnApplicationShutdown {
  readonly #jobs = new Map<string, MessageJob>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #messagesTotal: ReturnType<Metrics['counter']>;
  readonly #recentOutcomes = new RecentSendOutcomes();
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly queue: JobQueue,
    private readonly channels: Channels,
    private readonly clock: Clock,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.#messagesTotal = metrics.counter('messages_total', 'Messages by channel and outcome', ['channel', 'outcome']);
  }

  registerJob(job: MessageJob): void {
    this.#jobs.set(job.kind, job);
  }

  start(): void {
    this.queue.onEnqueue(() => this.#wake());
    this.#running ??= this.#pollUntilStopped();
  }

  /** Finishes what is in flight; what waits is taken by another process, or by the next start. */
  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
    await Promise.all(this.#inFlight);
    this.channels.close();
  }

  async #pollUntilStopped(): Promise<void> {
    while (!this.#stopped) {
      const taken = await this.#leaseJobs();
      if (taken === 0) await this.#waitForJobs(POLL_INTERVAL_MS);
      else if (this.#inFlight.size >= MAX_CONCURRENT_JOBS) await Promise.race(this.#inFlight);
    }
  }

  async #leaseJobs(): Promise<number> {
    const leasedUntil = performance.now() + JOB_LEASE_MS;
    try {
      const messages = await this.queue.lease(MAX_CONCURRENT_JOBS - this.#inFlight.size, JOB_LEASE_MS);
      for (const message of messages) this.#startJob(message, leasedUntil);
      return messages.length;
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'due messages cannot be read');
      return 0;
    }
  }

  #startJob(message: Job, leasedUntil: number): void {
    const deliver = () => this.#runJob(message, leasedUntil);
    const flight = (message.origin ? runInContext({ ...message.origin }, deliver) : deliver())
      .catch((error: unknown) =>
        this.log.warn({ kind: message.kind, reason: String(error) }, 'a due message stays due'),
      )
      .finally(() => this.#inFlight.delete(flight));
    this.#inFlight.add(flight);
  }

  /** A failure outside of sending leaves the message due: its lease ends and it is taken again. */
  async #runJob(due: Job, leasedUntil: number): Promise<void> {
    if (performance.now() >= leasedUntil) throw new Error('its lease has ended');
    const source = this.#jobs.get(due.kind);
    const written = await source?.prepareMessage(due.reference, this.#recentOutcomes);
    if (written) await this.#sendWithRetries(written, leasedUntil);
    await this.queue.complete(due);
  }

  /**
   * A process that was frozen for longer than its lease must not go on: another try of it would kill the code that its
   * successor has sent.
   */
  async #sendWithRetries(first: PreparedMessage, leasedUntil: number): Promise<void> {
    const begun = this.clock.now().getTime();
    let written: PreparedMessage | null = first;
    for (let n = 1; written; n++) {
      if (!written.message) return this.#simulateSend(written);
      const outcome = await this.#attemptSend(written, written.message, n);
      if (outcome !== 'retried') {
        const ms = Math.max(0, this.clock.now().getTime() - begun);
        const permanently = outcome === 'refused' && n < MAX_SEND_ATTEMPTS;
        this.#recentOutcomes.recordOutcome(written.channel, {
          accepted: outcome === 'accepted',
          attempts: n,
          durationMs: ms,
          isPermanent: permanently,
        });
      }
      if (outcome === 'accepted') return this.#recordAccepted(written);
      if (outcome === 'refused') return;
      if (performance.now() >= leasedUntil) throw new Error('its lease has ended');
      written = await written.prepareRetry();
    }
  }

  async #attemptSend(
    written: PreparedMessage,
    message: OutgoingMessage,
    n: number,
  ): Promise<'accepted' | 'refused' | 'retried'> {
    const { channel } = written;
    try {
      await this.#send(message);
      return 'accepted';
    } catch (error) {
      const final = error instanceof PermanentSendError || n === MAX_SEND_ATTEMPTS;
      this.log.warn(
        { channel, attempt: n, final, reason: describeErrorWithoutMessage(error) },
        'a message was not accepted',
      );
      const outcome = final ? 'refused' : 'retried';
      this.#messagesTotal.inc({ channel, outcome });
      await written.markFailed(final);
      if (!final) await this.clock.pause(200 * n);
      return outcome;
    }
  }

  async #recordAccepted(written: PreparedMessage): Promise<void> {
    await written.markAccepted();
    this.#messagesTotal.inc({ channel: written.channel, outcome: 'accepted' });
  }

  /** Nothing is sent: it becomes of it what becomes of other messages of this channel at the moment, after as long. */
  async #simulateSend(written: PreparedMessage): Promise<void> {
    const { channel } = written;
    const like = this.channels.isAvailable(channel)
      ? this.#recentOutcomes.predictOutcome(channel)
      : NO_TRANSPORT_OUTCOME;
    await this.clock.pause(like.durationMs);
    for (let n = 1; n < like.attempts; n++) this.#messagesTotal.inc({ channel, outcome: 'retried' });
    if (like.accepted) return this.#recordAccepted(written);
    this.#messagesTotal.inc({ channel, outcome: 'refused' });
    await written.markFailed(true);
  }

  async #send(message: OutgoingMessage): Promise<void> {
    const sender = this.channels.findSender(message.channel);
    if (!sender) throw new PermanentSendError(`no transport for ${message.channel}`);
    await sender.send(message);
  }

  async #waitForJobs(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
  }
}

/** A provider's answer may quote the address it refused: only its code is logged. */
function describeErrorWithoutMessage(error: unknown): string {
  const { code, responseCode, name } = error as { code?: unknown; responseCode?: unknown; name?: string };
  return [name, code, responseCode].filter(Boolean).join(' ');
}
