import { randomUUID } from 'node:crypto';
import type { IncomingEvent } from '#kernel';

/** Builds a received test event. */
export const buildIncomingEvent = (overrides: Partial<IncomingEvent> = {}): IncomingEvent => ({
  consumer: 'test.happened',
  ordered: false,
  id: randomUUID(),
  source: '/elsewhere',
  type: 'test.happened.v1',
  subject: randomUUID(),
  sequence: 1,
  data: {},
  ...overrides,
});
