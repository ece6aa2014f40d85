import { beforeEach, describe, expect, it } from 'vitest';
import { HealthCheckService } from './health-check-service.js';

describe('Health', () => {
  let health: HealthCheckService;
  const add = (name: string, vital: boolean, check: () => Promise<void>) =>
    health.registerIndicator({ name, vital, check });
  const fine = async () => undefined;
  const away = () => Promise.reject(new Error('postgres://foyer:hunter2@db is away'));

  beforeEach(() => {
    health = new HealthCheckService();
    add('database', true, fine);
  });

  it('given everything there, then ok', async () => {
    expect(await health.checkReadiness()).toEqual({ status: 'ok', dependencies: { database: 'ok' } });
  });

  it('given one away that is not vital, then degraded', async () => {
    add('mail', false, away);
    expect(await health.checkReadiness()).toEqual({
      status: 'degraded',
      dependencies: { database: 'ok', mail: 'away' },
    });
  });

  it('given a vital one away, then unavailable, and no word of why', async () => {
    add('broken', true, away);
    const readiness = await health.checkReadiness();
    expect(readiness).toMatchObject({ status: 'unavailable', dependencies: { broken: 'away' } });
    expect(JSON.stringify(readiness)).not.toContain('hunter2');
  });

  it('given one that says nothing, then away after a second, whatever the others take', async () => {
    add('silent', false, () => new Promise(() => undefined));
    add('also silent', false, () => new Promise(() => undefined));
    const start = performance.now();
    expect((await health.checkReadiness()).status).toBe('degraded');
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  it('given a process that is about to end, then unavailable, although all is there', async () => {
    health.startDraining();
    expect(await health.checkReadiness()).toEqual({ status: 'unavailable', dependencies: { database: 'ok' } });
  });
});
