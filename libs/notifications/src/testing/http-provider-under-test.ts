import { startSmsSink } from '../../../../test/support/sms-sink.js';
import type { RemoteMessageSenderUnderTest } from '../adapters/message-sender.contract.js';
import type { MessageSender, OutgoingMessage } from '../application/ports.js';
import { startUnresponsiveServer } from './unresponsive-server.js';

/** A gateway that messages are posted to. What takes SMS takes mails as well: `to` and `text` are in both. */
export async function openHttpProviderUnderTest(
  senderTo: (url: string, token?: string) => MessageSender,
  message: (id: string) => OutgoingMessage,
): Promise<RemoteMessageSenderUnderTest> {
  let sink = await startSmsSink();
  return {
    sender: senderTo(sink.url, sink.token),
    message,
    receivedMessages: () => sink.messages,
    failNextMessage(how) {
      if (how === 'without an answer') sink.setBehaviour({ drop: 'before' }, 1);
      else sink.setBehaviour({ status: how === 'for good' ? 422 : 503 }, 1);
    },
    stopServer: () => sink.stop(),
    async restartServer() {
      sink = await startSmsSink({ port: sink.port });
    },
    async openUnresponsive() {
      const server = await startUnresponsiveServer();
      return { sender: senderTo(`http://127.0.0.1:${server.port}`), drop: () => server.stop() };
    },
    close: () => sink.stop(),
  };
}
