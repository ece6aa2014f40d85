import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseIdentifier } from '#kernel';
import { followTimers } from '#kernel/testing';
import { TestMessageTransport, type TransportOutcome } from '#notifications/testing';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

const SECOND = 1_000;
const LIFE_MS = 600 * SECOND;
const START = Date.parse('2026-03-01T12:00:00.000Z');
const NAMES = { email: 'mia@example.org', sms: '+5511961234567' };

const ACCOUNT_KINDS = [
  'nobody’s',
  'a customer’s',
  'a suspended customer’s',
  'a customer’s without a password',
] as const;
type AccountKind = (typeof ACCOUNT_KINDS)[number];

interface DeliveryCase {
  readonly channel: 'email' | 'sms';
  readonly transport: TransportOutcome;
  readonly exhaust?: 'the budget of the identifier' | 'the SMS of everybody' | 'the SMS of this source';
}
const DELIVERY_CASES: readonly DeliveryCase[] = [
  { channel: 'email', transport: 'accepted' },
  { channel: 'email', transport: 'accepted late' },
  { channel: 'email', transport: 'refused for good' },
  { channel: 'email', transport: 'refused for now' },
  { channel: 'email', transport: 'hanging' },
  { channel: 'email', transport: 'away' },
  { channel: 'sms', transport: 'accepted' },
  { channel: 'sms', transport: 'hanging' },
];
const EXHAUSTED_LIMIT_CASES: readonly DeliveryCase[] = [
  { channel: 'email', transport: 'accepted', exhaust: 'the budget of the identifier' },
  { channel: 'sms', transport: 'accepted', exhaust: 'the SMS of everybody' },
  { channel: 'sms', transport: 'accepted', exhaust: 'the SMS of this source' },
];

/** Moments (ms after it was asked for) at which a wrong code is typed: three burn it, so each list is a walk of its own. */
const late = (transport: TransportOutcome) => (transport === 'accepted late' ? 1_500 : 0);
const momentsOfWrongCodes = ({ transport }: DeliveryCase): readonly (readonly number[])[] => [
  [1, 300, 9_000, 25_000],
  [17_000, 26_000, LIFE_MS + late(transport) + 10],
  [LIFE_MS + late(transport) - 10],
];

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(Math.max(0, milliseconds));

async function observeAllWalks(whose: AccountKind, what: DeliveryCase): Promise<unknown> {
  const seen: unknown[] = [];
  for (const walk of momentsOfWrongCodes(what)) seen.push(await observeResponses(whose, what, walk));
  return seen;
}

async function observeResponses(whose: AccountKind, what: DeliveryCase, moments: readonly number[]): Promise<unknown> {
  vi.setSystemTime(START);
  const harness = new PasswordResetHarness();
  followTimers(harness.clock);
  const transport = new TestMessageTransport(harness.clock, harness.dueMessages, [harness.resetJob]);
  if (what.transport === 'accepted late') transport.outcome = 'accepted late';
  const hash = (name: string) => harness.identifiers.hash(parseIdentifier(name, 'BR'));
  // One message was sent before, so that a usual send duration is known.
  const other = what.channel === 'email' ? 'zoe@example.org' : '+5511961234599';
  await harness.addSubject(hash(other), { customerId: 'zoe' });
  await harness.requestReset(other, 'elsewhere');
  await pass(2 * SECOND);
  if (whose !== 'nobody’s') {
    const changes = whose === 'a suspended customer’s' ? { status: 'suspended' as const } : {};
    await harness.addSubject(hash(NAMES[what.channel]), whose.endsWith('password') ? { credential: null } : changes);
  }
  transport.outcome = what.transport;
  const { limits } = harness.settings;
  limits.smsPerDay = what.exhaust === 'the SMS of everybody' ? 0 : 100;
  if (what.exhaust === 'the SMS of this source') limits.smsPerSource = 0;
  if (what.exhaust === 'the budget of the identifier') limits.sendsPerIdentifier = 0;
  await harness.requestReset(NAMES[what.channel]);
  const asked = Date.now();
  const seen: unknown[] = [];
  for (const moment of moments) {
    await pass(asked + moment - Date.now());
    seen.push([moment, await harness.resetPassword('99999999', 'another horse', NAMES[what.channel])]);
  }
  await transport.stop();
  return [seen, await harness.counters.count('{sms}:sent', LIFE_MS * 2)];
}

const wrong = (attemptsRemaining: number) => ({ outcome: 'code_wrong', attemptsRemaining });
const EXPIRED = { outcome: 'code_expired' };

describe('the response to a password reset request', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each(DELIVERY_CASES)(
    'is the same for known and unknown names reached by $channel, messages $transport [AC-62]',
    async (what) => {
      const nobody = await observeAllWalks('nobody’s', what);
      for (const whose of ACCOUNT_KINDS) expect(await observeAllWalks(whose, what), whose).toEqual(nobody);
      // Three tries, and ten minutes from when a message is usually accepted.
      const answers = (nobody as [readonly [number, unknown][], number][]).map(([walk]) =>
        walk.map(([, answer]) => answer),
      );
      expect(answers).toEqual([[wrong(2), wrong(1), wrong(0), EXPIRED], [wrong(2), wrong(1), EXPIRED], [wrong(2)]]);
    },
  );

  it.each(EXHAUSTED_LIMIT_CASES)(
    'is the same for known and unknown names reached by $channel when $exhaust is used up [AC-62]',
    async (what) => {
      const nobody = await observeAllWalks('nobody’s', what);
      for (const whose of ACCOUNT_KINDS) expect(await observeAllWalks(whose, what), whose).toEqual(nobody);
      expect(JSON.stringify(nobody)).not.toContain('code_wrong');
    },
  );
});
