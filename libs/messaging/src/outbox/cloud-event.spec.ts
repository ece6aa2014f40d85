import { describe, expect, it } from 'vitest';
import type { RequestContext } from '#platform/observability';
import { TestHappenedV1 } from '../testing/test-events.js';
import { toCloudEvent } from './cloud-event.js';

const time = new Date('2026-03-01T12:00:00.007Z');
const event = new TestHappenedV1('subject', 3, { data: { n: 1 } });
const buildCloudEvent = (context?: RequestContext) =>
  toCloudEvent(event, { id: 'id', time, context, personalData: 'include' });

describe('toCloudEvent', () => {
  it('given an event of no request, then it has the required attributes and ours, and no others', () => {
    expect(JSON.parse(JSON.stringify(buildCloudEvent()))).toEqual({
      specversion: '1.0',
      id: 'id',
      source: '/foyer/test',
      type: 'test.happened.v1',
      subject: 'subject',
      time: '2026-03-01T12:00:00.007Z',
      datacontenttype: 'application/json',
      sequence: 3,
      market: 'US',
      correlationid: 'id',
      causationid: 'id',
      data: { n: 1 },
    });
  });

  it('given a request, then it bears its ids, and has it as its cause', () => {
    expect(buildCloudEvent({ correlationId: 'c' })).toMatchObject({ correlationid: 'c', causationid: 'c' });
    expect(buildCloudEvent({ correlationId: 'c' })).not.toHaveProperty('traceparent');
    expect(buildCloudEvent({ correlationId: 'c', traceparent: 't' })).toMatchObject({ traceparent: 't' });
  });

  it('given an event that led to it, then that one is its cause', () => {
    const context = { correlationId: 'c', causationId: 'e' };
    expect(buildCloudEvent(context)).toMatchObject({ correlationid: 'c', causationid: 'e' });
  });

  it('given that personal data is to be omitted, then it tells what it has instead, if it has', () => {
    const omitted = (of: TestHappenedV1) =>
      toCloudEvent(of, { id: 'id', time, context: undefined, personalData: 'omit' }).data;
    const personal = Object.assign(new TestHappenedV1('subject', 3, { data: { name: 'Mia' } }), {
      sparse: { n: 1 },
    });
    expect([omitted(event), omitted(personal)]).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it('has names of lower-case letters and digits only (CloudEvents 1.0, 3.1)', () => {
    for (const name of Object.keys(buildCloudEvent({ correlationId: 'c', traceparent: 't' })))
      expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });
});
