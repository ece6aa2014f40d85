const FORCED_EXIT_MS = 25_000;
/** Supervisors ask the whole group of processes, and make and npm pass on what they heard: that is one wish, not two. */
const DUPLICATE_SIGNAL_MS = 500;

/**
 * The first SIGTERM or SIGINT asks the process to end, also while it is still starting; it has 25 s. A second one, after its
 * echoes, ends it at once.
 */
export function waitForStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let receivedAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (receivedAt !== undefined && performance.now() - receivedAt < DUPLICATE_SIGNAL_MS) return;
      if (receivedAt !== undefined) process.exit(1);
      receivedAt = performance.now();
      setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
      resolve(signal);
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
