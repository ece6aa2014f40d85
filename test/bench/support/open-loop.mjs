import { setTimeout as sleep } from 'node:timers/promises';
import { openLine } from './line.mjs';

const MOST_LINES = 1_500;
const PATIENCE_MS = 20_000;

/**
 * An open loop: requests are due at a fixed rate, whether or not the server keeps up, and each answer's time counts from the
 * moment its request was due. So a server that stalls is charged for everybody who came meanwhile.
 * @param next the bytes of the next request
 */
export function startOpenLoop({ port, rate, next }) {
  const answers = [];
  const free = [];
  const overdue = [];
  const state = { lines: 0, pending: 0, running: true, sent: 0 };
  const start = performance.now();

  const serve = (line, due) => {
    state.pending++;
    line.ask(next()).then(
      (status) => settle(line, due, status),
      () => settle(undefined, due, 0),
    );
  };
  const settle = (line, due, status) => {
    const now = performance.now();
    state.pending--;
    if (line === undefined || line.closed) state.lines--;
    answers.push({ due: due - start, ms: now - due, status });
    if (overdue.length > 0) dispatch(overdue.shift(), line);
    else if (line && !line.closed) free.push(line);
  };
  const dispatch = (due, line = free.pop()) => {
    if (line && !line.closed) return serve(line, due);
    if (state.lines >= MOST_LINES) return overdue.push(due);
    state.lines++;
    serve(openLine(port), due);
  };

  const run = async () => {
    while (state.running) {
      const due = ((performance.now() - start) / 1000) * rate;
      while (state.sent < due) dispatch(start + (state.sent++ / rate) * 1000);
      await sleep(1);
    }
  };
  const ran = run();
  return {
    /** `due`: ms since the start; `ms`: from then to the answer; `status`: 0 for none. */
    answers,
    /** What is on its way gets its answer; what was never sent counts as never answered. */
    stop: async () => {
      state.running = false;
      await ran;
      const now = performance.now();
      for (const due of overdue.splice(0)) answers.push({ due: due - start, ms: now - due, status: 0 });
      for (const deadline = now + PATIENCE_MS; state.pending > 0 && performance.now() < deadline; ) await sleep(20);
      for (const line of free) line.close();
      return answers;
    },
  };
}

/** The same for so many seconds. */
export async function openLoop(o, seconds) {
  const loop = startOpenLoop(o);
  await sleep(seconds * 1000);
  return loop.stop();
}
