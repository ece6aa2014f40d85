const MAX_DELAY_MS = 30_000;

/**
 * Checks every second whether a server runs and restarts it if not. Failed restarts are retried at increasing intervals. Does
 * not keep the process alive.
 * @returns a function that stops the supervision
 */
export function startRestartSupervisor(
  isRunning: () => boolean,
  restart: () => Promise<void>,
  checkIntervalMs = 1_000,
): () => void {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  const scheduleCheck = (delay: number): void => {
    if (!isStopped) timer = setTimeout(() => void check(delay), delay).unref();
  };
  const check = async (delay: number): Promise<void> => {
    if (isRunning()) return scheduleCheck(checkIntervalMs);
    await restart().then(
      () => scheduleCheck(checkIntervalMs),
      () => scheduleCheck(Math.min(delay * 2, MAX_DELAY_MS)),
    );
  };
  scheduleCheck(checkIntervalMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
