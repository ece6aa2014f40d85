import { Injectable } from '@nestjs/common';
import { withTimeout } from '#platform/async';

/** One thing the process depends on. Without a `vital` one it can do nothing; without another it is degraded. */
export interface HealthIndicator {
  readonly name: string;
  readonly vital: boolean;
  /** Rejects, or takes longer than a second, when the dependency is away. */
  check(): Promise<void>;
}

export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly dependencies: Readonly<Record<string, 'ok' | 'away'>>;
}

const CHECK_TIMEOUT_MS = 1_000;

/** What the process depends on. Modules add their probes when they start. */
@Injectable()
export class HealthCheckService {
  readonly #indicators: HealthIndicator[] = [];
  #draining = false;

  registerIndicator(indicator: HealthIndicator): void {
    this.#indicators.push(indicator);
  }

  /** From now on the process is not ready: it finishes what it has and takes nothing new. */
  startDraining(): void {
    this.#draining = true;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  async checkReadiness(): Promise<Readiness> {
    const states = await Promise.all(this.#indicators.map(async (probe) => ({ probe, ok: await isHealthy(probe) })));
    const away = states.filter(({ ok }) => !ok);
    const unavailable = this.#draining || away.some(({ probe }) => probe.vital);
    return {
      status: unavailable ? 'unavailable' : away.length > 0 ? 'degraded' : 'ok',
      dependencies: Object.fromEntries(states.map(({ probe, ok }) => [probe.name, ok ? 'ok' : 'away'])),
    };
  }
}

const isHealthy = (probe: HealthIndicator): Promise<boolean> =>
  withTimeout(CHECK_TIMEOUT_MS, probe.check()).then(
    () => true,
    () => false,
  );
