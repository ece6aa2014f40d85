const HARD_STOP_MS = 25_000;

/**
 * The first SIGTERM or SIGINT asks the process to end, also while it is still starting; it has 25 s. The second one ends it
 * at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((asked) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(1);
      stopping = true;
      setTimeout(() => process.exit(1), HARD_STOP_MS).unref();
      asked(signal);
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
