import { fileURLToPath } from 'node:url';
import { ask, startNode, stopChild } from './children.mjs';
import { temporaryFolder } from './folders.mjs';

/** A baseline of `bare/` that listens on a port of its own. */
export async function startBare(script, env = {}) {
  const home = temporaryFolder();
  const file = fileURLToPath(new URL(`../bare/${script}`, import.meta.url));
  const child = startNode(file, { talks: true, env: { ...env, BENCH_FOLDER: home.folder }, cwd: home.folder });
  const told = await ask(child);
  return {
    ...told,
    pid: child.pid,
    ask: (message, timeoutMs) => ask(child, message, timeoutMs),
    close: async () => {
      await stopChild(child);
      home.remove();
    },
  };
}
