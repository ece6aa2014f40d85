import { describe, expect, it } from 'vitest';
import type { CloudEvent } from './cloud-event.js';
import { createTextFormatter, formatJson } from './event-formatter.js';

const EVENT: CloudEvent = {
  id: '0196f1a0-0000-7000-8000-000000000001',
  type: 'customer.created.v1',
  time: '2026-03-01T12:00:00.250Z',
  subject: '0196f1a0-0000-7000-8000-000000000002',
  sequence: 1,
  correlationid: 'abc-123',
  data: { email: 'mia@example.org', phone: null, version: 1 },
};
const EVENT_WITH_CONTROL_CHARACTERS: CloudEvent = {
  id: 'x',
  type: 'a\u001b[2J',
  data: { name: '\u009b2J\u202e\n\u{e0001}' },
};

describe('readable', () => {
  it('tells what happened, to whom, and with what', () => {
    const [head, ...rest] = createTextFormatter(false)(EVENT).split('\n');
    expect(head).toMatch(/^\d\d:\d\d:00\.250 {2}customer\.created\.v1$/);
    expect(rest).toEqual([
      '  subject       0196f1a0-0000-7000-8000-000000000002',
      '  sequence      1',
      '  correlation   abc-123',
      '  data          email: "mia@example.org"',
      '                phone: null',
      '                version: 1',
      '',
      '',
    ]);
  });

  it('says the same in colours', () => {
    const coloured = createTextFormatter(true)(EVENT);
    expect(coloured).toContain('\u001b[36mcustomer.created.v1');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(createTextFormatter(false)(EVENT));
  });

  it('leaves out what is not there', () => {
    expect(createTextFormatter(false)({ id: 'x', type: 'a.b.v1' })).toBe('--:--:--.---  a.b.v1\n\n');
  });

  it('lets nothing steer the terminal', () => {
    expect(createTextFormatter(false)(EVENT_WITH_CONTROL_CHARACTERS).replaceAll('\n', '')).not.toMatch(
      /[\p{Cc}\p{Cf}]/u,
    );
  });
});

describe('asJson', () => {
  it('is one line, and says what came', () => {
    for (const event of [EVENT, EVENT_WITH_CONTROL_CHARACTERS]) {
      const line = formatJson(event);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(JSON.parse(line)).toEqual(event);
    }
  });
});
