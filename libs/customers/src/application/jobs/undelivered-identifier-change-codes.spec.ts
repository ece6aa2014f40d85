import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followTimers } from '#kernel/testing';
import { TestMessageTransport, type TransportOutcome } from '#notifications/testing';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';

const SECOND = 1_000;
const LIFE_MS = 600 * SECOND;
const START = Date.parse('2026-03-01T12:00:00.000Z');
const NEW = { email: 'new@example.org', sms: '+14155550132' };
const OWNERS = ['nobody’s', 'another customer’s'] as const;

interface Case {
  readonly channel: 'email' | 'sms';
  readonly transport: TransportOutcome;
  readonly limits?: { readonly sendsPerIdentifier: 0 } | { readonly smsPerDay: 0 } | { readonly smsPerSource: 0 };
}
const CASES: readonly Case[] = [
  { channel: 'email', transport: 'accepted' },
  { channel: 'email', transport: 'accepted late' },
  { channel: 'email', transport: 'refused for good' },
  { channel: 'email', transport: 'refused for now' },
  { channel: 'email', transport: 'hanging' },
  { channel: 'email', transport: 'away' },
  { channel: 'sms', transport: 'accepted' },
  { channel: 'sms', transport: 'hanging' },
];
const USED_UP: readonly Case[] = [
  { channel: 'email', transport: 'accepted', limits: { sendsPerIdentifier: 0 } },
  { channel: 'sms', transport: 'accepted', limits: { smsPerDay: 0 } },
  { channel: 'sms', transport: 'accepted', limits: { smsPerSource: 0 } },
];
const wrong = (attemptsRemaining: number) => ({ outcome: 'code_wrong', attemptsRemaining });
const EXPIRED = { outcome: 'code_expired' };

/** Runs a fresh request for each case, because three wrong codes invalidate a code. */
const WALKS: readonly (readonly [moments: readonly number[], seen: readonly unknown[]])[] = [
  [
    [1, 300, 9_000, 25_000],
    [wrong(2), wrong(1), wrong(0), EXPIRED],
  ],
  [
    [17_000, 26_000, LIFE_MS + 2_000],
    [wrong(2), wrong(1), EXPIRED],
  ],
  [[LIFE_MS - 10], [wrong(2)]],
];

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(Math.max(0, milliseconds));

async function walked(whose: (typeof OWNERS)[number], what: Case, moments: readonly number[]): Promise<unknown> {
  vi.setSystemTime(START);
  const harness = new IdentifierChangeHarness(what.limits);
  followTimers(harness.clock);
  const transport = new TestMessageTransport(harness.clock, harness.due, [harness.codeJob, harness.noticeJob]);
  const mia = await harness.addCustomer('mia@example.org');
  const wanted = what.channel === 'email' ? { email: NEW.email } : { phone: NEW.sms };
  if (whose === 'another customer’s') await harness.addCustomer(NEW[what.channel]);
  transport.outcome = what.transport;
  const asked = await harness.requestChange(mia, wanted).catch((error: { code?: string }) => ({ outcome: error.code }));
  const begun = Date.now();
  const seen: unknown[] = [asked.outcome];
  for (const moment of moments) {
    await pass(begun + moment - Date.now());
    seen.push(await harness.confirmChange(mia, '99999999'));
  }
  await transport.stop();
  return seen;
}

describe('response to an identifier change', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each(CASES)(
    'does not depend on whether the identifier is taken: $channel, messages $transport [AC-62]',
    async (what) => {
      for (const [moments, seen] of WALKS)
        for (const whose of OWNERS) expect(await walked(whose, what, moments), whose).toEqual(['asked', ...seen]);
    },
  );

  it.each(USED_UP)(
    'does not depend on whether the identifier is taken: $channel, limits $limits [AC-62]',
    async (what) => {
      const [free, taken] = [await walked('nobody’s', what, [300]), await walked('another customer’s', what, [300])];
      expect(taken).toEqual(free);
      expect(JSON.stringify(free)).not.toContain('code_wrong');
    },
  );
});
