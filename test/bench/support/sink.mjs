import { fileURLToPath } from 'node:url';
import { ask, startNode, stopChild } from './children.mjs';

const SCRIPT = fileURLToPath(new URL('./smtp-sink.mjs', import.meta.url));

/** A mail server of our own, in a process of its own. */
export async function startSink() {
  const child = startNode(SCRIPT, { talks: true });
  const { port } = await ask(child);
  return {
    pid: child.pid,
    url: `smtp://127.0.0.1:${port}`,
    accepted: async () => (await ask(child, 'count')).accepted,
    /** Recipient and code of every message since the last call. */
    codes: async () => (await ask(child, 'codes')).codes,
    /** From now on every message is refused for good. */
    refuse: () => ask(child, 'refuse'),
    stop: () => stopChild(child),
  };
}
