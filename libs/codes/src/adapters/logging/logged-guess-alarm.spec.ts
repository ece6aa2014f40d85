import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Log } from '#platform/observability';
import { LoggedGuessAlarm } from './logged-guess-alarm.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

it('logs one line in ten minutes for repeated alarms', () => {
  const lines: object[] = [];
  const alarm = new LoggedGuessAlarm({ error: (fields: object) => void lines.push(fields) } as unknown as Log);
  for (const wrong of [200, 201, 202]) alarm.raiseAlarm(wrong);
  vi.advanceTimersByTime(600_000);
  alarm.raiseAlarm(500);
  expect(lines).toEqual([200, 500].map((wrongInAnHour) => ({ alarm: 'codes.guessing', wrongInAnHour })));
});
