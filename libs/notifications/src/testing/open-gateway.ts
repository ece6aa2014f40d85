import { startSmsSink } from '../../../../test/support/sms-sink.js';
import type { TransportUnderTest } from '../adapters/message-sender.contract.js';
import type { MessageSender, OutgoingMessage } from '../application/ports.js';
import { startSilentServer } from './silent-server.js';

/** A gateway that messages are posted to. What takes SMS takes mails as well: `to` and `text` are in both. */
export async function openGateway(
  senderTo: (url: string, token?: string) => MessageSender,
  message: (id: string) => OutgoingMessage,
): Promise<TransportUnderTest> {
  let sink = await startSmsSink();
  return {
    sender: senderTo(sink.url, sink.token),
    message,
    arrived: () => sink.messages,
    fail(how) {
      if (how === 'without an answer') sink.behave({ drop: 'before' }, 1);
      else sink.behave({ status: how === 'for good' ? 422 : 503 }, 1);
    },
    leave: () => sink.stop(),
    async comeBack() {
      sink = await startSmsSink({ port: sink.port });
    },
    async toSilence() {
      const server = await startSilentServer();
      return { sender: senderTo(`http://127.0.0.1:${server.port}`), drop: () => server.stop() };
    },
    drop: () => sink.stop(),
  };
}
