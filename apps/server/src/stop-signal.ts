const HARD_STOP_MS = 25_000;
/** Supervisors ask the whole group of processes, and make and npm pass on what they heard: that is one wish, not two. */
const ECHO_MS = 500;

/**
 * The first SIGTERM or SIGINT asks the process to end, also while it is still starting; it has 25 s. A second one, after its
 * echoes, ends it at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((asked) => {
    let askedAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (askedAt !== undefined && performance.now() - askedAt < ECHO_MS) return;
      if (askedAt !== undefined) process.exit(1);
      askedAt = performance.now();
      setTimeout(() => process.exit(1), HARD_STOP_MS).unref();
      asked(signal);
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
