import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessageSender, type OutgoingMessage, PermanentRefusal } from '../application/ports.js';

/** What has arrived, as the other side read it. */
export type Arrived = Pick<OutgoingMessage, 'to' | 'text'>;

export interface SenderUnderTest {
  readonly sender: MessageSender;
  /** A message this channel can carry. */
  message(id: string): OutgoingMessage;
  arrived(): readonly Arrived[];
  drop(): Promise<void>;
}

/** A sender whose other side can be told to misbehave. */
export interface TransportUnderTest extends SenderUnderTest {
  /** The next message is not taken. */
  fail(how: 'for now' | 'for good' | 'without an answer'): void;
  /** The other side goes away and comes back. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  /** A sender to a server that accepts connections and never says a word. */
  toSilence(): Promise<{ readonly sender: MessageSender; drop(): Promise<void> }>;
}

const MOST_MS = 8_000;
const TEXT = '0420 é o seu código (K7) 🔑\n\nВведите — 3 × „ja“\n.\nEnde';
const refusal = (sending: Promise<void>): Promise<unknown> =>
  sending.then(
    () => 'accepted',
    (error: unknown) => error,
  );

/** What every `MessageSender` must do. */
export function messageSenderContract(name: string, open: () => Promise<SenderUnderTest>): void {
  describe(`${name} is a MessageSender`, () => {
    let under: SenderUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.drop());

    it('delivers to whom it says what it says, in UTF-8', async () => {
      const message = { ...under.message('one'), text: TEXT };
      await under.sender.send(message);
      expect(under.arrived().map(({ to, text }) => ({ to, text: text.trimEnd() }))).toEqual([
        { to: message.to, text: TEXT },
      ]);
    });

    it('delivers many at once, each once', async () => {
      const texts = Array.from({ length: 40 }, (_, n) => `message number ${n}`);
      await Promise.all(texts.map((text, n) => under.sender.send({ ...under.message(`many-${n}`), text })));
      const arrived = under.arrived().map(({ text }) => text.trimEnd());
      expect(arrived.filter((text) => text.startsWith('message number')).sort()).toEqual(texts.sort());
    });

    it('can be closed', () => {
      under.sender.close();
      under.sender.close();
    });
  });
}

/** What a `MessageSender` to another machine must do besides. */
export function transportContract(name: string, open: () => Promise<TransportUnderTest>): void {
  describe(`${name} when the other side`, () => {
    let under: TransportUnderTest;
    let sent = 0;
    /** Begun first: it takes its time while the others run. */
    let silence: Promise<{ readonly error: unknown; readonly ms: number }>;
    beforeAll(async () => {
      under = await open();
      const { sender, drop } = await under.toSilence();
      const start = performance.now();
      silence = refusal(sender.send(under.message('silence'))).then(async (error) => {
        const ms = performance.now() - start;
        await drop();
        return { error, ms };
      });
    });
    beforeEach(() => void sent++);
    afterAll(() => under.drop());

    const send = () => refusal(under.sender.send(under.message(`try-${sent}`)));

    it.each(['for now', 'without an answer'] as const)('FM-S1 refuses %s: trying again may help', async (how) => {
      under.fail(how);
      const error = await send();
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(PermanentRefusal);
      expect(await send()).toBe('accepted');
    });

    it('FM-S3 refuses for good: trying again is of no use', async () => {
      under.fail('for good');
      expect(await send()).toBeInstanceOf(PermanentRefusal);
      expect(await send()).toBe('accepted');
    });

    it('FM-S1 is away: trying again may help, and does when it is back', async () => {
      await under.leave();
      const error = await send();
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(PermanentRefusal);
      await under.comeBack();
      expect(await send()).toBe('accepted');
    });

    it('FM-S1 says nothing: it ends within its eight seconds, and trying again may help', async () => {
      const { error, ms } = await silence;
      expect(ms).toBeLessThan(MOST_MS + 500);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(PermanentRefusal);
    });
  });
}
