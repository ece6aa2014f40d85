import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Arrival } from '#kernel';
import { type EventSource, IN_FLIGHT, type IncomingMessage, type Subscription, type Verdict } from './event-source.js';

export interface EventSourceUnderTest {
  /** One more process that listens; closed by the suite. */
  open(): EventSource;
  /** As others do it. Resolves when the other side has it. */
  send(arrival: Arrival, message: { id: string; type: string; payload: string }): Promise<void>;
  /** What is sent stays while nobody listens. */
  readonly durable: boolean;
  drop(): Promise<void>;
}

interface Handed extends IncomingMessage {
  readonly text: string;
  readonly at: number;
}

const DONE: Verdict = { is: 'done' };
const READY = 'ready';

/** Keeps what it is handed, and gives the verdict that it is told to give. */
class Listening implements Subscription {
  readonly queue = `foyer.test.${randomUUID().slice(0, 8)}`;
  readonly types = [`test.${randomUUID().slice(0, 8)}.v1`] as const;
  readonly handed: Handed[] = [];
  hears = false;
  running = 0;
  most = 0;
  judge: (message: Handed) => Verdict | Promise<Verdict> = () => DONE;

  constructor(
    readonly arrival: Arrival = 'events',
    readonly ordered = false,
  ) {}

  async handle(message: IncomingMessage): Promise<Verdict> {
    const handed = { ...message, text: Buffer.from(message.body).toString(), at: performance.now() };
    if (handed.text === READY) return this.#hear();
    this.handed.push(handed);
    this.most = Math.max(this.most, ++this.running);
    return Promise.resolve(this.judge(handed)).finally(() => this.running--);
  }

  #hear(): Verdict {
    this.hears = true;
    return DONE;
  }

  get texts(): readonly string[] {
    return this.handed.map(({ text }) => text);
  }
}

/** What every `EventSource` must do: Watermill's list, from the side of those who listen. */
export function eventSourceContract(name: string, under: () => Promise<EventSourceUnderTest>): void {
  describe(`${name} is an EventSource`, { timeout: 30_000 }, () => {
    let other: EventSourceUnderTest;
    let opened: EventSource[];

    beforeEach(async () => {
      other = await under();
      opened = [];
    });
    afterEach(async () => {
      await Promise.all(opened.map((source) => source.close()));
      await other.drop();
    });

    const open = (...subscriptions: Subscription[]): EventSource => {
      const source = other.open();
      opened.push(source);
      for (const one of subscriptions) source.subscribe(one);
      return source;
    };
    const send = (to: Listening, payload: string, id: string = randomUUID()) =>
      other.send(to.arrival, { id, type: to.types[0], payload });
    /** The first message waits until somebody listens: until then it may be nobody's. */
    const ready = async (...all: Listening[]) => {
      for (const one of all) {
        await expect.poll(() => send(one, READY).then(() => one.hears), { timeout: 10_000, interval: 100 }).toBe(true);
      }
      await sleep(200);
    };
    const arrived = (to: Listening, count: number, timeout = 10_000) =>
      expect.poll(() => to.handed.length, { timeout, interval: 10 }).toBe(count);

    it.each<Arrival>(['events', 'inbound'])(
      'hands over what comes from %s, unchanged, as the first attempt',
      async (from) => {
        const one = new Listening(from);
        expect(open(one).name).toMatch(/^[a-z]+$/);
        await ready(one);
        const text = JSON.stringify({ text: 'é ß 漢字 🔑 \u0000 \u2028 "\\' });
        const before = Date.now();
        await send(one, text);
        await arrived(one, 1);
        expect(one.handed[0]).toMatchObject({ text, attempt: 1 });
        expect(one.handed[0]?.since).toBeGreaterThanOrEqual(before - 1_000);
        expect(one.handed[0]?.since).toBeLessThanOrEqual(Date.now() + 1_000);
      },
    );

    it('hands over nothing of another type', async () => {
      const one = new Listening();
      open(one);
      await ready(one);
      await other.send('events', { id: randomUUID(), type: 'test.other.v1', payload: '{}' });
      await send(one, 'mine');
      await arrived(one, 1);
      expect(one.texts).toEqual(['mine']);
    });

    it('hands a thousand over in order', async () => {
      const one = new Listening();
      open(one);
      await ready(one);
      const texts = Array.from({ length: 1_000 }, (_, n) => String(n));
      for (const text of texts) await send(one, text);
      await arrived(one, 1_000, 20_000);
      expect(one.texts).toEqual(texts);
    });

    it(`has at most ${IN_FLIGHT} of one subscription handled at once`, async () => {
      const one = new Listening();
      one.judge = () => sleep(50, DONE);
      open(one);
      await ready(one);
      await Promise.all(Array.from({ length: 100 }, (_, n) => send(one, String(n))));
      await arrived(one, 100);
      expect(one.most).toBeGreaterThan(1);
      expect(one.most).toBeLessThanOrEqual(IN_FLIGHT);
    });

    it('a slow subscription holds up no other', async () => {
      const [slow, quick] = [new Listening(), new Listening()];
      open(slow, quick);
      await ready(slow, quick);
      slow.judge = () => sleep(2_000, DONE);
      for (let n = 0; n < 2 * IN_FLIGHT; n++) void send(slow, String(n)).catch(() => undefined);
      await arrived(slow, IN_FLIGHT);
      const begun = performance.now();
      await send(quick, 'quick');
      await arrived(quick, 1);
      expect(performance.now() - begun).toBeLessThan(1_500);
    });

    it('again: hands it over after the pause, as another attempt only if that counts', async () => {
      const one = new Listening();
      open(one);
      await ready(one);
      const verdicts: Verdict[] = [
        { is: 'again', afterMs: 300, counts: true },
        { is: 'again', afterMs: 300, counts: false },
      ];
      one.judge = ({ text }) => (text === 'bad' ? (verdicts.shift() ?? DONE) : DONE);
      await Promise.all([send(one, 'bad'), send(one, 'next')]);
      await arrived(one, 4);
      const [first, second, third] = one.handed.filter(({ text }) => text === 'bad') as [Handed, Handed, Handed];
      expect([first.attempt, second.attempt, third.attempt]).toEqual([1, 2, 2]);
      expect([second.since, third.since]).toEqual([first.since, first.since]);
      for (const [one, other] of [[first, second] as const, [second, third] as const]) {
        expect(other.at - one.at).toBeGreaterThanOrEqual(295);
        expect(other.at - one.at).toBeLessThan(3_000);
      }
      expect(one.texts.indexOf('next'), 'nobody waits for it').toBeLessThan(one.texts.lastIndexOf('bad'));
    });

    it('a handler that rejects gets it again', async () => {
      const one = new Listening();
      open(one);
      await ready(one);
      one.judge = ({ attempt }) => (attempt === 1 ? Promise.reject(new Error('it fails')) : DONE);
      await send(one, 'bad');
      await arrived(one, 2);
      expect(one.handed[1]?.attempt).toBe(2);
    });

    it('FM-M3 dead: hands it over no more, counts it, and goes on', async () => {
      const one = new Listening();
      const source = open(one);
      await ready(one);
      one.judge = ({ text }) => (text === 'bad' ? { is: 'dead', reason: 'not_json', detail: 'malformed' } : DONE);
      await send(one, 'bad');
      await send(one, 'next');
      await arrived(one, 2);
      await expect.poll(() => source.deadLetters()).toBe(1);
      await sleep(300);
      expect(one.texts).toEqual(['bad', 'next']);
    });

    it('finishes what is being handled when it is closed, and takes nothing new', async () => {
      const one = new Listening();
      const source = open(one);
      await ready(one);
      let finished = false;
      one.judge = () =>
        sleep(500).then((): Verdict => {
          finished = true;
          return DONE;
        });
      const sent = send(one, 'last');
      await arrived(one, 1);
      await source.close();
      expect(finished).toBe(true);
      await sent;
      await send(one, 'later').catch(() => undefined);
      await sleep(200);
      expect(one.texts).toEqual(['last']);
      await source.close();
    });

    it('what was released or never judged is handed to whoever listens next', async () => {
      const one = new Listening();
      const first = open(one);
      await ready(one);
      one.judge = () => ({ is: 'release' });
      const sent = [send(one, 'a'), send(one, 'b')];
      const closed = expect
        .poll(() => one.handed.length)
        .toBeGreaterThanOrEqual(2)
        .then(() => first.close());
      const outcomes = await Promise.allSettled(sent);
      await closed;
      one.judge = () => DONE;
      one.handed.length = 0;
      open(one);
      // Without a queue of its own the other side has kept it, and offers it again.
      if (!other.durable) {
        expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
        return;
      }
      await arrived(one, 2);
      expect(one.texts.toSorted()).toEqual(['a', 'b']);
    });

    it('several who share a queue get each message once', async () => {
      const one = new Listening();
      open(one);
      await ready(one);
      if (!other.durable) return; // one process
      open(one);
      await sleep(500);
      for (let n = 0; n < 100; n++) await send(one, String(n));
      await arrived(one, 100);
      await sleep(200);
      expect(new Set(one.texts).size).toBe(100);
      expect(one.handed).toHaveLength(100);
    });

    it('what came while nobody listened is there later', async () => {
      const one = new Listening();
      const first = open(one);
      await ready(one);
      await first.close();
      if (!other.durable) return; // the outbox keeps it
      await send(one, 'early');
      await sleep(100);
      open(one);
      await arrived(one, 1);
      expect(one.texts).toEqual(['early']);
    });
  });
}
