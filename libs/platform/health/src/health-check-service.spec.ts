import { beforeEach, describe, expect, it } from 'vitest';
import { HealthCheckService } from './health-check-service.js';

describe('HealthCheckService', () => {
  let health: HealthCheckService;
  const add = (name: string, vital: boolean, check: () => Promise<void>) =>
    health.registerIndicator({ name, vital, check });
  const fine = async () => undefined;
  const away = () => Promise.reject(new Error('postgres://foyer:hunter2@db is away'));

  beforeEach(() => {
    health = new HealthCheckService();
    add('database', true, fine);
  });

  it('is ok when every dependency is available', async () => {
    expect(await health.checkReadiness()).toEqual({ status: 'ok', dependencies: { database: 'ok' } });
  });

  it('is degraded when a non-vital dependency is unavailable', async () => {
    add('mail', false, away);
    expect(await health.checkReadiness()).toEqual({
      status: 'degraded',
      dependencies: { database: 'ok', mail: 'away' },
    });
  });

  it('is unavailable when a vital dependency is unavailable, without the reason', async () => {
    add('broken', true, away);
    const readiness = await health.checkReadiness();
    expect(readiness).toMatchObject({ status: 'unavailable', dependencies: { broken: 'away' } });
    expect(JSON.stringify(readiness)).not.toContain('hunter2');
  });

  it('reports a dependency without an answer as away after a second, independently of the others', async () => {
    add('silent', false, () => new Promise(() => undefined));
    add('also silent', false, () => new Promise(() => undefined));
    const start = performance.now();
    expect((await health.checkReadiness()).status).toBe('degraded');
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  it('is unavailable during shutdown, although every dependency is available', async () => {
    health.startDraining();
    expect(await health.checkReadiness()).toEqual({ status: 'unavailable', dependencies: { database: 'ok' } });
  });
});
