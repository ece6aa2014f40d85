const SLOWEST_MS = 30_000;

/**
 * Looks every second whether something still runs and revives it if not, ever more slowly while that fails.
 * Does not keep the process alive.
 * @returns what ends the watch
 */
export function keepRunning(runs: () => boolean, revive: () => Promise<void>, everyMs = 1_000): () => void {
  let ended = false;
  let timer: NodeJS.Timeout;
  const watch = (delay: number): void => {
    if (!ended) timer = setTimeout(() => void look(delay), delay).unref();
  };
  const look = async (delay: number): Promise<void> => {
    if (runs()) return watch(everyMs);
    await revive().then(
      () => watch(everyMs),
      () => watch(Math.min(delay * 2, SLOWEST_MS)),
    );
  };
  watch(everyMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
