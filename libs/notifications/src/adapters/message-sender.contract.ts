import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessageSender, type OutgoingMessage, PermanentSendError } from '../application/ports.js';

/** What has arrived, as the other side read it. */
export type ReceivedMessage = Pick<OutgoingMessage, 'to' | 'text'>;

export interface MessageSenderUnderTest {
  readonly sender: MessageSender;
  /** A message this channel can carry. */
  message(id: string): OutgoingMessage;
  receivedMessages(): readonly ReceivedMessage[];
  close(): Promise<void>;
}

/** A sender whose other side can be told to misbehave. */
export interface RemoteMessageSenderUnderTest extends MessageSenderUnderTest {
  /** The next message is not taken. */
  failNextMessage(how: 'for now' | 'for good' | 'without an answer'): void;
  /** The other side goes away and comes back. */
  stopServer(): Promise<void>;
  restartServer(): Promise<void>;
  /** A sender to a server that accepts connections and never says a word. */
  openUnresponsive(): Promise<{ readonly sender: MessageSender; drop(): Promise<void> }>;
}

const SEND_TIMEOUT_MS = 8_000;
const TEXT = '0420 é o seu código (K7) 🔑\n\nВведите — 3 × „ja“\n.\nEnde';
const outcomeOf = (sending: Promise<void>): Promise<unknown> =>
  sending.then(
    () => 'accepted',
    (error: unknown) => error,
  );

/** What every `MessageSender` must do. */
export function messageSenderContract(name: string, open: () => Promise<MessageSenderUnderTest>): void {
  describe(`${name} is a MessageSender`, () => {
    let underTest: MessageSenderUnderTest;
    beforeAll(async () => {
      underTest = await open();
    });
    afterAll(() => underTest.close());

    it('delivers to whom it says what it says, in UTF-8', async () => {
      const message = { ...underTest.message('one'), text: TEXT };
      await underTest.sender.send(message);
      expect(underTest.receivedMessages().map(({ to, text }) => ({ to, text: text.trimEnd() }))).toEqual([
        { to: message.to, text: TEXT },
      ]);
    });

    it('delivers many at once, each once', async () => {
      const texts = Array.from({ length: 40 }, (_, n) => `message number ${n}`);
      await Promise.all(texts.map((text, n) => underTest.sender.send({ ...underTest.message(`many-${n}`), text })));
      const arrived = underTest.receivedMessages().map(({ text }) => text.trimEnd());
      expect(arrived.filter((text) => text.startsWith('message number')).sort()).toEqual(texts.sort());
    });

    it('can be closed', () => {
      underTest.sender.close();
      underTest.sender.close();
    });
  });
}

/** What a `MessageSender` to another machine must do besides. */
export function remoteMessageSenderContract(name: string, open: () => Promise<RemoteMessageSenderUnderTest>): void {
  describe(`${name} when the other side`, () => {
    let underTest: RemoteMessageSenderUnderTest;
    let sent = 0;
    /** Begun first: it takes its time while the others run. */
    let unresponsive: Promise<{ readonly error: unknown; readonly ms: number }>;
    beforeAll(async () => {
      underTest = await open();
      const { sender, drop } = await underTest.openUnresponsive();
      const start = performance.now();
      unresponsive = outcomeOf(sender.send(underTest.message('silence'))).then(async (error) => {
        const ms = performance.now() - start;
        await drop();
        return { error, ms };
      });
    });
    beforeEach(() => void sent++);
    afterAll(() => underTest.close());

    const send = () => outcomeOf(underTest.sender.send(underTest.message(`try-${sent}`)));

    it.each(['for now', 'without an answer'] as const)('FM-S1 refuses %s: trying again may help', async (how) => {
      underTest.failNextMessage(how);
      const error = await send();
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(PermanentSendError);
      expect(await send()).toBe('accepted');
    });

    it('FM-S3 refuses for good: trying again is of no use', async () => {
      underTest.failNextMessage('for good');
      expect(await send()).toBeInstanceOf(PermanentSendError);
      expect(await send()).toBe('accepted');
    });

    it('FM-S1 is away: trying again may help, and does when it is back', async () => {
      await underTest.stopServer();
      const error = await send();
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(PermanentSendError);
      await underTest.restartServer();
      expect(await send()).toBe('accepted');
    });

    it('FM-S1 says nothing: it ends within its eight seconds, and trying again may help', async () => {
      const { error, ms } = await unresponsive;
      expect(ms).toBeLessThan(SEND_TIMEOUT_MS + 500);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(PermanentSendError);
    });
  });
}
