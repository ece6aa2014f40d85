import { describe, expect, it } from 'vitest';
import type { RequestContext } from '#platform/observability';
import { TestHappenedV1 } from '../testing/test-events.js';
import { toCloudEvent } from './cloud-event.js';

const time = new Date('2026-03-01T12:00:00.007Z');
const event = new TestHappenedV1('subject', 3, { data: { n: 1 } });
const buildCloudEvent = (context?: RequestContext) =>
  toCloudEvent(event, { id: 'id', time, context, personalData: 'include' });

describe('toCloudEvent', () => {
  it('has only the required and the Foyer attributes when there is no request', () => {
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

  it('contains the ids of the request and names the request as its cause', () => {
    expect(buildCloudEvent({ correlationId: 'c' })).toMatchObject({ correlationid: 'c', causationid: 'c' });
    expect(buildCloudEvent({ correlationId: 'c' })).not.toHaveProperty('traceparent');
    expect(buildCloudEvent({ correlationId: 'c', traceparent: 't' })).toMatchObject({ traceparent: 't' });
  });

  it('names the triggering event as its cause', () => {
    const context = { correlationId: 'c', causationId: 'e' };
    expect(buildCloudEvent(context)).toMatchObject({ correlationid: 'c', causationid: 'e' });
  });

  it('uses the sparse data, if there is any, when personal data is omitted', () => {
    const omitted = (of: TestHappenedV1) =>
      toCloudEvent(of, { id: 'id', time, context: undefined, personalData: 'omit' }).data;
    const personal = Object.assign(new TestHappenedV1('subject', 3, { data: { name: 'Mia' } }), {
      sparse: { n: 1 },
    });
    expect([omitted(event), omitted(personal)]).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it('uses only lower-case letters and digits in attribute names (CloudEvents 1.0, 3.1)', () => {
    for (const name of Object.keys(buildCloudEvent({ correlationId: 'c', traceparent: 't' })))
      expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });
});
