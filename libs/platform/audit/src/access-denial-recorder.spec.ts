import type { FastifyRequest } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock, RecordingAuditTrail } from '#kernel/testing';
import { Forbidden, InvalidCredentials, OwnTokenRequired } from '#platform/http';
import { createRecordingLog } from '#platform/observability/testing';
import { AccessDenialRecorder } from './access-denial-recorder.js';

const MINUTE = 60_000;

const requestOf = (customerId: string | undefined, url = '/v1/customers/:id/roles'): FastifyRequest =>
  ({
    ...{ method: 'PUT', routeOptions: { url }, ip: '2001:db8::7', raw: { socket: {} } },
    ...(customerId !== undefined && { user: { customerId } }),
  }) as unknown as FastifyRequest;

describe('AccessDenialRecorder', () => {
  let trail: RecordingAuditTrail;
  let clock: FixedClock;
  let written: ReturnType<typeof createRecordingLog>;
  let refusals: AccessDenialRecorder;
  beforeEach(() => {
    [trail, clock, written] = [new RecordingAuditTrail(), new FixedClock(), createRecordingLog()];
    refusals = new AccessDenialRecorder(trail, written.log, clock);
  });

  it.each([new Forbidden(), new OwnTokenRequired()])(
    'records the caller and the route of a denied request [AC-75]',
    async (error) => {
      await refusals.recordDenial(error, requestOf('mia'));
      expect(trail.entries).toEqual([
        {
          action: 'auth.access.refused',
          actor: 'mia',
          target: null,
          source: '2001:db8:0:0::/64',
          detail: 'PUT /v1/customers/:id/roles',
        },
      ]);
    },
  );

  it('records neither anonymous callers nor other problems [AC-75]', () => {
    expect(refusals.recordDenial(new Forbidden(), requestOf(undefined))).toBeUndefined();
    expect(refusals.recordDenial(new InvalidCredentials('Bearer'), requestOf('mia'))).toBeUndefined();
  });

  it('records ten denials for each caller and minute [AC-75]', async () => {
    for (let n = 0; n < 30; n++) await refusals.recordDenial(new Forbidden(), requestOf('mia'));
    await refusals.recordDenial(new Forbidden(), requestOf('eve'));
    expect(trail.entries.map(({ actor }) => actor)).toEqual([...Array(10).fill('mia'), 'eve']);
    clock.advance(MINUTE);
    await refusals.recordDenial(new Forbidden(), requestOf('mia'));
    expect(trail.entries).toHaveLength(12);
  });

  it('logs a warning when the entry cannot be written, and does not fail [AC-75]', async () => {
    trail.record = () => Promise.reject(new TypeError('secret'));
    await refusals.recordDenial(new Forbidden(), requestOf('mia'));
    expect(written.lines).toMatchObject([{ msg: 'cannot write the denied request to the audit log', actor: 'mia' }]);
    expect(JSON.stringify(written.lines)).not.toContain('secret');
  });

  it('truncates the detail to the column length [AC-75]', async () => {
    await refusals.recordDenial(new Forbidden(), requestOf('mia', `/${'x'.repeat(200)}`));
    expect(trail.entries[0]?.detail).toHaveLength(128);
  });
});
