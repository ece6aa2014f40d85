import { connect } from 'node:net';
import { readAnswer } from './load.mjs';

const STALLED_MS = 20_000;

/** A keep-alive connection for one request at a time. It is closed when the server says so. */
export function openLine(port) {
  const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1').setTimeout(STALLED_MS);
  const state = { received: '', waiting: undefined, closed: false };
  const fail = (why) => {
    state.closed = true;
    socket.destroy();
    state.waiting?.reject(new Error(why));
    state.waiting = undefined;
  };
  socket.on('data', (chunk) => {
    state.received += chunk;
    const answer = readAnswer(state.received);
    if (answer === undefined) return;
    state.received = '';
    if (answer.last) state.closed = true;
    if (answer.last) socket.destroy();
    const { resolve } = state.waiting ?? {};
    state.waiting = undefined;
    resolve?.(answer);
  });
  socket.on('timeout', () => fail('an answer took too long'));
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('hung up'));
  const exchange = (bytes) =>
    new Promise((resolve, reject) => {
      state.waiting = { resolve, reject };
      socket.write(bytes, 'latin1');
    });
  return {
    get closed() {
      return state.closed;
    },
    /** The status of its answer. */
    ask: async (bytes) => (await exchange(bytes)).status,
    /** Status and body of its answer. */
    exchange,
    close: () => fail('closed'),
  };
}
