import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { AwaitableList } from './awaitable-list.js';
import { FaultScript } from './fault-script.js';
import { type Mime, parseMime } from './mime.js';

export interface Mail extends Mime {
  /** Envelope sender. */
  readonly from: string;
  /** Envelope recipients. */
  readonly to: readonly string[];
  readonly raw: string;
  /** ms since 1970, taken just before the 250 is sent. */
  readonly acceptedAt: number;
}

export interface SmtpBehaviour {
  /** Wait so long (ms) before the answer to DATA. */
  readonly delayMs: number;
  /** Refuse with this reply code, e.g. 451 or 550. */
  readonly refuse: number;
  /** Close the connection instead of answering; `after`: the message is kept, only the answer is lost. */
  readonly drop: 'before' | 'after';
}

export interface SmtpSink {
  /** smtp://127.0.0.1:port; any user and password are accepted, none is needed. */
  readonly url: string;
  readonly port: number;
  readonly messages: readonly Mail[];
  waitFor(fits: (mail: Mail) => boolean, timeoutMs?: number): Promise<Mail>;
  /** How the next `times` messages are treated (for ever if you do not say); `{}` is well again. */
  setBehaviour(behaviour: Partial<SmtpBehaviour>, times?: number): void;
  clear(): void;
  /** Closes it, open connections included. */
  stop(): Promise<void>;
}

/** A mail server on loopback that delivers nothing. Name a `port` to bring one back where it was. */
export async function startSmtpSink(o: { port?: number } = {}): Promise<SmtpSink> {
  const mails = new AwaitableList<Mail>('mail');
  const script = new FaultScript<SmtpBehaviour>();
  const sockets = new Map<number | undefined, Socket>();

  const receive = async (stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> => {
    const raw = await buffer(stream);
    const { delayMs, refuse, drop } = script.next();
    if (delayMs) await sleep(delayMs);
    if (refuse) throw Object.assign(new Error('refused by the test'), { responseCode: refuse });
    if (drop !== 'before') mails.add(toMail(raw, session));
    if (drop) sockets.get(session.remotePort)?.destroy();
  };

  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    onData: (stream, session, done) => void receive(stream, session).then(() => done(), done),
  });
  server.on('error', () => {}); // connections we cut
  server.server.on('connection', (socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  server.listen(o.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    messages: mails.items,
    waitFor: (fits, timeoutMs) => mails.waitFor(fits, timeoutMs),
    setBehaviour: (behaviour, times) => script.set(behaviour, times),
    clear: () => mails.clear(),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

const toMail = (raw: Buffer, { envelope }: SMTPServerSession): Mail => ({
  ...parseMime(raw),
  from: envelope.mailFrom ? envelope.mailFrom.address : '',
  to: envelope.rcptTo.map((recipient) => recipient.address),
  raw: raw.toString(),
  acceptedAt: Date.now(),
});
