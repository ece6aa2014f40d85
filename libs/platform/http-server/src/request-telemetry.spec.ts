import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentContext, Metrics, type RequestContext } from '#platform/observability';
import { createRecordingLog } from '#platform/observability/testing';
import { useRequestTelemetry } from './request-telemetry.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

describe('useRequestTelemetry', () => {
  let fastify: FastifyInstance;
  let written: ReturnType<typeof createRecordingLog>;
  let metrics: Metrics;
  let seen: (RequestContext | undefined)[];

  const get = async (headers: Record<string, string> = {}, url = '/things/7') =>
    (await fastify.inject({ method: 'GET', url, headers })).headers['x-correlation-id'];

  beforeEach(async () => {
    [written, metrics, seen] = [createRecordingLog(), new Metrics(), []];
    fastify = Fastify();
    useRequestTelemetry(fastify, written.log, metrics);
    fastify.get('/things/:id', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(currentContext());
      return {};
    });
  });
  afterEach(() => fastify.close());

  it.each(['a', 'A-b_c.9', 'x'.repeat(64)])(
    'keeps and echoes the correlation id %j, and passes it to the handler',
    async (id) => {
      expect(await get({ 'x-correlation-id': id })).toBe(id);
      expect(seen).toMatchObject([{ correlationId: id }]);
    },
  );

  it.each(['', 'x'.repeat(65), 'a b', 'a,b', 'ü', 'a/b', '{"a":1}', 'a\tb', '<script>'])(
    'replaces the correlation id %j',
    async (id) => {
      const echoed = await get({ 'x-correlation-id': id });
      expect(echoed).toMatch(UUID);
      expect(seen).toMatchObject([{ correlationId: echoed }]);
    },
  );

  it('assigns a correlation id to each request without one, also where there is no route', async () => {
    const ids = [await get(), await get(), await get({}, '/nowhere')];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(UUID);
  });

  it('never mixes the ids of concurrent requests', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `request-${n}`);
    const echoed = await Promise.all(ids.map((id) => get({ 'x-correlation-id': id })));
    expect(echoed).toEqual(ids);
    expect(seen.map((context) => context?.correlationId).sort()).toEqual([...ids].sort());
  });

  it('passes a trace context on, and echoes it', async () => {
    const { headers } = await fastify.inject({
      url: '/things/7',
      headers: { traceparent: TRACE, 'x-correlation-id': 'a' },
    });
    expect(headers['traceparent']).toBe(TRACE);
    expect(seen).toMatchObject([{ correlationId: 'a', traceparent: TRACE }]);
  });

  const NONE = [
    `ff${TRACE.slice(2)}`,
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`,
  ];
  it.each([...NONE, '', 'x', TRACE.toUpperCase(), `${TRACE}x`, TRACE.slice(0, -1), `${TRACE}, ${TRACE}`])(
    'drops the trace context %j',
    async (traceparent) => {
      await get({ traceparent, 'x-correlation-id': 'a' });
      expect(seen).toMatchObject([{ correlationId: 'a' }]);
      expect(seen[0]).not.toHaveProperty('traceparent');
    },
  );

  it('writes one line and one observation for each response, by the route pattern', async () => {
    await get({}, '/things/typed-by-hand?code=typed-by-hand');
    await get({}, '/nowhere/typed-by-hand');
    const lines = written.lines.map(({ method, route, status, source, msg }) => ({
      method,
      route,
      status,
      source,
      msg,
    }));
    expect(lines).toEqual([
      { method: 'GET', route: '/things/:id', status: 200, source: '127.0.0.1', msg: 'answered' },
      { method: 'GET', route: 'none', status: 404, source: '127.0.0.1', msg: 'answered' },
    ]);
    const figures = await metrics.registry.getSingleMetric('request_count_total')?.get();
    expect(figures?.values.map(({ labels, value }) => [labels['route'], labels['status'], value])).toEqual([
      ['/things/:id', 200, 1],
      ['none', 404, 1],
    ]);
    expect(JSON.stringify(written.lines) + (await metrics.registry.metrics())).not.toMatch(/typed-by-hand/);
  });
});
