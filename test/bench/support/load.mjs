import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const STALLED_MS = 20_000;
const HEAD_END = '\r\n\r\n';

/**
 * A closed loop over keep-alive connections: each sends its next request when it has its answer. Written for this bench,
 * because every request has a body of its own, and because the client shares the processors with what it measures.
 * @param next the bytes of the next request, or undefined when there are no more
 * @param answered called with status and body
 */
export function startLoad({ port, connections, next, answered = () => undefined }) {
  const seen = { count: 0, refused: {}, latencies: [] };
  const state = { stopped: false, recording: false };
  const record = (status, body, ms) => {
    if (status < 300) answered(status, body);
    if (!state.recording) return;
    seen.latencies.push(ms);
    if (status < 300) seen.count++;
    else seen.refused[status] = (seen.refused[status] ?? 0) + 1;
  };
  const loops = Array.from({ length: connections }, () => loop({ port, next, record, state }));
  const all = Promise.all(loops);
  all.catch(() => undefined);
  return {
    seen,
    all,
    record: (on) => {
      state.recording = on;
    },
    stop: async () => {
      state.stopped = true;
      await Promise.race([all, sleep(STALLED_MS, undefined, { ref: false })]);
    },
  };
}

async function loop(o) {
  while (!o.state.stopped) if (!(await oneConnection(o))) return;
}

/** True when the server ended the connection and another one is wanted. */
function oneConnection({ port, next, record, state }) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1').setTimeout(STALLED_MS);
    let received = '';
    let sentAt = 0;
    const end = (again) => {
      socket.destroy();
      resolve(again);
    };
    const send = () => {
      const request = state.stopped ? undefined : next();
      if (request === undefined) return end(false);
      sentAt = performance.now();
      socket.write(request, 'latin1');
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      received = received === '' ? chunk : received + chunk;
      const answer = readAnswer(received);
      if (answer === undefined) return;
      received = '';
      record(answer.status, answer.body, performance.now() - sentAt);
      if (answer.last) end(true);
      else send();
    });
    socket.on('timeout', () => socket.destroy(new Error('an answer took too long')));
    socket.on('error', (error) => (state.stopped ? end(false) : reject(error)));
    socket.on('close', () => end(!state.stopped));
  });
}

/** Undefined while it is not complete. Every answer of interest has a content-length. */
export function readAnswer(text) {
  const head = text.indexOf(HEAD_END);
  if (head < 0) return undefined;
  const at = text.indexOf('ontent-length: ');
  const length = at < 0 || at > head ? 0 : Number.parseInt(text.slice(at + 15, at + 24), 10);
  if (text.length < head + 4 + length) return undefined;
  const close = text.indexOf('onnection: close');
  return { status: Number(text.slice(9, 12)), body: text.slice(head + 4), last: close > 0 && close < head };
}

/** The bytes of a request, in latin1. */
export function request(method, path, { headers = {}, body } = {}) {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const lines = Object.entries({
    host: '127.0.0.1',
    ...headers,
    ...(content === undefined ? {} : { 'content-type': 'application/json', 'content-length': content.length }),
  });
  const head = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n');
  return `${method} ${path} HTTP/1.1\r\n${head}\r\n\r\n${content ?? ''}`;
}

export const basic = (user, password) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
