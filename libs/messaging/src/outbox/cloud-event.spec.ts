import { describe, expect, it } from 'vitest';
import { SomethingHappenedV1 } from '../testing/something-happened.js';
import { toCloudEvent } from './cloud-event.js';

const NOON = new Date('2026-03-01T12:00:00.007Z');
const event = new SomethingHappenedV1('subject', 3, { data: { n: 1 } });

describe('toCloudEvent', () => {
  it('given an event of no request, then it has the required attributes and ours, and no others', () => {
    expect(JSON.parse(JSON.stringify(toCloudEvent(event, 'id', NOON)))).toEqual({
      specversion: '1.0',
      id: 'id',
      source: '/foyer/test',
      type: 'test.happened.v1',
      subject: 'subject',
      time: '2026-03-01T12:00:00.007Z',
      datacontenttype: 'application/json',
      sequence: 3,
      market: 'US',
      data: { n: 1 },
    });
  });

  it('given a request, then it bears its ids', () => {
    expect(toCloudEvent(event, 'id', NOON, { correlationId: 'c' })).toMatchObject({ correlationid: 'c' });
    expect(toCloudEvent(event, 'id', NOON, { correlationId: 'c' })).not.toHaveProperty('traceparent');
    expect(toCloudEvent(event, 'id', NOON, { correlationId: 'c', traceparent: 't' })).toMatchObject({
      traceparent: 't',
    });
  });

  it('has names of lower-case letters and digits only (CloudEvents 1.0, 3.1)', () => {
    const names = Object.keys(toCloudEvent(event, 'id', NOON, { correlationId: 'c', traceparent: 't' }));
    for (const name of names) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });
});
