import { Injectable } from '@nestjs/common';
import { withTimeout } from '#platform/async';

/** A dependency of the process. Without a `vital` one the process is unavailable; without another it is degraded. */
export interface HealthIndicator {
  readonly name: string;
  readonly vital: boolean;
  /** Rejects, or takes longer than a second, when the dependency is unavailable. */
  check(): Promise<void>;
}

export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly dependencies: Readonly<Record<string, 'ok' | 'away'>>;
}

const CHECK_TIMEOUT_MS = 1_000;

/** Checks the dependencies of the process. Modules add their probes at startup. */
@Injectable()
export class HealthCheckService {
  readonly #indicators: HealthIndicator[] = [];
  #draining = false;

  registerIndicator(indicator: HealthIndicator): void {
    this.#indicators.push(indicator);
  }

  /** Marks the process as not ready: it finishes current work and accepts nothing new. */
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
