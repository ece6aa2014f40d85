import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '#kernel';
import { inContext, Log, Metrics } from '#platform/observability';
import type { MessageSource, WrittenMessage } from './message-source.js';
import { Channels, type DueMessage, DueMessages, type OutgoingMessage, PermanentRefusal } from './ports.js';
import { RecentSends, type Send } from './recent-sends.js';

const IN_FLIGHT = 32;
const LEASE_MS = 40_000;
const IDLE_MS = 250;
const TRIES = 3;
const NO_TRANSPORT: Send = { accepted: false, tries: 1, ms: 0 };

/** Takes due messages, has them written, sends them. Runs where background work runs. */
@Injectable()
export class Dispatcher implements OnApplicationShutdown {
  readonly #sources = new Map<string, MessageSource>();
  readonly #flying = new Set<Promise<void>>();
  readonly #sent: ReturnType<Metrics['counter']>;
  readonly #recent = new RecentSends();
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly due: DueMessages,
    private readonly channels: Channels,
    private readonly clock: Clock,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.#sent = metrics.counter('messages_total', 'Messages by channel and outcome', ['channel', 'outcome']);
  }

  serve(source: MessageSource): void {
    this.#sources.set(source.kind, source);
  }

  start(): void {
    this.due.onPut(() => this.#wake());
    this.#running ??= this.#run();
  }

  /** Finishes what is in flight; what waits is taken by another process, or by the next start. */
  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
    await Promise.all(this.#flying);
    this.channels.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const taken = await this.#take();
      if (taken === 0) await this.#rest(IDLE_MS);
      else if (this.#flying.size >= IN_FLIGHT) await Promise.race(this.#flying);
    }
  }

  async #take(): Promise<number> {
    const leasedUntil = performance.now() + LEASE_MS;
    try {
      const messages = await this.due.lease(IN_FLIGHT - this.#flying.size, LEASE_MS);
      for (const message of messages) this.#fly(message, leasedUntil);
      return messages.length;
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'due messages cannot be read');
      return 0;
    }
  }

  #fly(message: DueMessage, leasedUntil: number): void {
    const deliver = () => this.#deliver(message, leasedUntil);
    const flight = (message.origin ? inContext({ ...message.origin }, deliver) : deliver())
      .catch((error: unknown) =>
        this.log.warn({ kind: message.kind, reason: String(error) }, 'a due message stays due'),
      )
      .finally(() => this.#flying.delete(flight));
    this.#flying.add(flight);
  }

  /** A failure outside of sending leaves the message due: its lease ends and it is taken again. */
  async #deliver(due: DueMessage, leasedUntil: number): Promise<void> {
    if (performance.now() >= leasedUntil) throw new Error('its lease has ended');
    const source = this.#sources.get(due.kind);
    const written = await source?.write(due.reference, this.#recent);
    if (written) await this.#tryUntilFinal(written, leasedUntil);
    await this.due.done(due);
  }

  /**
   * A process that was frozen for longer than its lease must not go on: another try of it would kill the code that its
   * successor has sent.
   */
  async #tryUntilFinal(first: WrittenMessage, leasedUntil: number): Promise<void> {
    const begun = this.clock.now().getTime();
    let written: WrittenMessage | null = first;
    for (let n = 1; written; n++) {
      if (!written.message) return this.#simulate(written);
      const outcome = await this.#try(written, written.message, n);
      if (outcome !== 'retried') {
        const ms = Math.max(0, this.clock.now().getTime() - begun);
        const permanently = outcome === 'refused' && n < TRIES;
        this.#recent.note(written.channel, { accepted: outcome === 'accepted', tries: n, ms, permanently });
      }
      if (outcome === 'accepted') return this.#accepted(written);
      if (outcome === 'refused') return;
      if (performance.now() >= leasedUntil) throw new Error('its lease has ended');
      written = await written.again();
    }
  }

  async #try(
    written: WrittenMessage,
    message: OutgoingMessage,
    n: number,
  ): Promise<'accepted' | 'refused' | 'retried'> {
    const { channel } = written;
    try {
      await this.#send(message);
      return 'accepted';
    } catch (error) {
      const final = error instanceof PermanentRefusal || n === TRIES;
      this.log.warn({ channel, attempt: n, final, reason: reasonOf(error) }, 'a message was not accepted');
      const outcome = final ? 'refused' : 'retried';
      this.#sent.inc({ channel, outcome });
      await written.failed(final);
      if (!final) await this.clock.pause(200 * n);
      return outcome;
    }
  }

  async #accepted(written: WrittenMessage): Promise<void> {
    await written.accepted();
    this.#sent.inc({ channel: written.channel, outcome: 'accepted' });
  }

  /** Nothing is sent: it becomes of it what becomes of other messages of this channel at the moment, after as long. */
  async #simulate(written: WrittenMessage): Promise<void> {
    const { channel } = written;
    const like = this.channels.isAvailable(channel) ? this.#recent.now(channel) : NO_TRANSPORT;
    await this.clock.pause(like.ms);
    for (let n = 1; n < like.tries; n++) this.#sent.inc({ channel, outcome: 'retried' });
    if (like.accepted) return this.#accepted(written);
    this.#sent.inc({ channel, outcome: 'refused' });
    await written.failed(true);
  }

  async #send(message: OutgoingMessage): Promise<void> {
    const sender = this.channels.senderOf(message.channel);
    if (!sender) throw new PermanentRefusal(`no transport for ${message.channel}`);
    await sender.send(message);
  }

  async #rest(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
  }
}

/** A provider's answer may quote the address it refused: only its code is logged. */
function reasonOf(error: unknown): string {
  const { code, responseCode, name } = error as { code?: unknown; responseCode?: unknown; name?: string };
  return [name, code, responseCode].filter(Boolean).join(' ');
}
