import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '#kernel';
import { inContext, Log, Metrics } from '#platform';
import type { MessageSource, WrittenMessage } from './message-source.js';
import { Channels, type DueMessage, DueMessages, type OutgoingMessage, PermanentRefusal } from './ports.js';

const IN_FLIGHT = 32;
const LEASE_MS = 40_000;
const IDLE_MS = 250;
const TRIES = 3;

/** Takes due messages, has them written, sends them. Runs where background work runs. */
@Injectable()
export class Dispatcher implements OnApplicationShutdown {
  readonly #sources = new Map<string, MessageSource>();
  readonly #flying = new Set<Promise<void>>();
  readonly #sent: ReturnType<Metrics['counter']>;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #usualMs = 0;

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

  /**
   * A failure outside of sending leaves the message due: its lease ends and it is taken again. A process that was frozen for
   * longer than that must not go on: another try of it would kill the code that its successor has sent.
   */
  async #deliver(due: DueMessage, leasedUntil: number): Promise<void> {
    const source = this.#sources.get(due.kind);
    for (let n = 1; n <= TRIES && source; n++) {
      if (performance.now() >= leasedUntil) throw new Error('its lease has ended');
      const written = await source.write(due.reference);
      if (written === null || (await this.#try(written, n))) break;
    }
    await this.due.done(due);
  }

  /** True when no further try is of use. */
  async #try(written: WrittenMessage, n: number): Promise<boolean> {
    const { channel } = written;
    try {
      if (written.message) await this.#timed(written.message);
      else await this.clock.pause(this.#usualMs);
    } catch (error) {
      const final = error instanceof PermanentRefusal || n === TRIES;
      this.log.warn({ channel, attempt: n, final, reason: reasonOf(error) }, 'a message was not accepted');
      this.#sent.inc({ channel, outcome: final ? 'refused' : 'retried' });
      await written.failed(final);
      if (!final) await this.clock.pause(200 * n);
      return final;
    }
    await written.accepted();
    this.#sent.inc({ channel, outcome: 'accepted' });
    return true;
  }

  /** What is sent in appearance only takes as long as what is sent. */
  async #timed(message: OutgoingMessage): Promise<void> {
    const begun = performance.now();
    await this.#send(message);
    this.#usualMs = performance.now() - begun;
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
