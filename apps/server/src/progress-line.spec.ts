import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProgressLine } from './progress-line.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function shownOn(isTTY: boolean) {
  const written: string[] = [];
  const line = new ProgressLine({ isTTY, write: (text: unknown) => written.push(String(text)) > 0 });
  return { line, written };
}

it('is a bar at a terminal, which makes room for what comes behind it', () => {
  const { line, written } = shownOn(true);
  vi.advanceTimersByTime(1_000);
  line.showProgress(500, 0.5);
  line.showProgress(501, 0.5);
  line.clearLine();
  line.clearLine();
  expect(written).toEqual([`\r[${'#'.repeat(15)}${' '.repeat(15)}]  50 %  500 lines, 500/s\u001b[K`, '\r\u001b[K']);
});

it('is a line now and then elsewhere', () => {
  const { line, written } = shownOn(false);
  for (let second = 1; second <= 12; second++) {
    vi.advanceTimersByTime(1_000);
    line.showProgress(second * 100, second / 12);
  }
  line.clearLine();
  expect(written).toEqual(['  8 %  100 lines, 100/s\n', ' 50 %  600 lines, 100/s\n', ' 92 %  1100 lines, 100/s\n']);
});

it('tells no part when nobody knows the whole', () => {
  const { line, written } = shownOn(false);
  vi.advanceTimersByTime(500);
  line.showProgress(100);
  expect(written).toEqual(['100 lines, 200/s\n']);
});
