import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followTimers } from '#kernel/testing';
import { TestMessageTransport, type TransportOutcome } from '#notifications/testing';
import { LiveMyRegistrations } from '../../adapters/views/live-my-registrations.js';
import { RegistrationHarness } from '../../testing/registration-harness.js';
import type { RegistrationInput } from '../services/validate-registration.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const START = Date.parse('2026-03-01T12:00:00.000Z');

type State = 'new' | 'pending' | 'taken' | 'notified';
const STATES: readonly State[] = ['new', 'pending', 'taken', 'notified'];

/** How messages are delivered, and which budget is used up before the registration. */
interface Case {
  readonly channel: 'email' | 'sms';
  readonly transport: TransportOutcome;
  readonly exhaust?: 'the budget of the identifier' | 'the SMS of everybody' | 'the SMS of this source' | 'the channel';
}
const CASES: readonly Case[] = [
  { channel: 'email', transport: 'accepted' },
  { channel: 'email', transport: 'accepted late' },
  { channel: 'email', transport: 'refused for good' },
  { channel: 'email', transport: 'refused for now' },
  { channel: 'email', transport: 'hanging' },
  { channel: 'email', transport: 'away' },
  { channel: 'sms', transport: 'accepted' },
  { channel: 'sms', transport: 'refused for now' },
];
const USED_UP: readonly Case[] = [
  { channel: 'email', transport: 'accepted', exhaust: 'the budget of the identifier' },
  { channel: 'email', transport: 'hanging', exhaust: 'the budget of the identifier' },
  { channel: 'email', transport: 'accepted', exhaust: 'the channel' },
  { channel: 'sms', transport: 'accepted', exhaust: 'the SMS of everybody' },
  { channel: 'sms', transport: 'accepted', exhaust: 'the SMS of this source' },
];

/** Times (ms after the registration) at which the person observes the state, and their actions then. */
const LOOKS = [0, 50, 300, 1_000, 2_000, 7_900, 8_100, 16_500, 24_000, 25_000, 40_000, 59_000, 62_000, 64_000];
const WRONG_AT = 7_900;

/** A person who performs the same actions for every identifier, and everything that they observe. */
class Stranger {
  readonly harness = new RegistrationHarness();
  readonly #transport: TestMessageTransport;
  readonly #mine: LiveMyRegistrations;

  constructor(
    private readonly what: Case,
    private readonly warmed: boolean,
  ) {
    followTimers(this.harness.clock);
    const sources = [this.harness.codeDue, this.harness.codeSent];
    this.#transport = new TestMessageTransport(this.harness.clock, this.harness.due, sources);
    this.#mine = new LiveMyRegistrations(this.harness.attempts, this.harness.codes, this.harness.opaqueIds);
  }

  async sees(state: State): Promise<unknown> {
    if (this.what.transport === 'accepted late') this.#transport.outcome = 'accepted late';
    await this.#bring(state);
    this.#transport.outcome = this.what.transport;
    if (this.warmed) await this.#register(this.#other(8), 'that of zoe');
    await settle(5 * MINUTE);
    this.#exhaust();
    const [countedBefore, announcedBefore] = [await this.#transport.countMessagesByOutcome(), this.#announced];
    const seen = [await this.#round('registered', () => this.#register(this.#mia, 'my own password'))];
    seen.push(await this.#round('resent', () => this.#answer(() => this.harness.resend(this.#known))));
    await pass(MINUTE);
    seen.push(await this.#look(Date.now()));
    const counted = await this.#transport.countMessagesByOutcome();
    const figures = {
      messages: ['accepted', 'refused', 'retried'].map(
        (result) => (counted[result] ?? 0) - (countedBefore[result] ?? 0),
      ),
      announced: this.#announced - announcedBefore,
    };
    await this.#transport.stop();
    return this.warmed ? { seen, figures } : { seen };
  }

  /** Registers and observes the state for a minute; meanwhile types a wrong code and requests another one. */
  async #round(name: string, act: () => Promise<unknown>): Promise<unknown> {
    const begun = Date.now();
    const seen: unknown[] = [[name, await act()]];
    for (const at of LOOKS) {
      await pass(begun + at - Date.now());
      seen.push([at, await this.#look(begun)]);
      if (at === WRONG_AT || at > MINUTE)
        seen.push(await this.#answer(() => this.harness.activate('9999', this.#known)));
      if (at === WRONG_AT) seen.push(await this.#answer(() => this.harness.resend(this.#known)));
    }
    return seen;
  }

  async #look(begun: number): Promise<unknown> {
    const { identifierHash, tag } = this.harness.keyOf(this.#known);
    const mine = await this.#mine.findByKey(identifierHash, tag);
    if (!mine) return null;
    const { id: _id, attemptId: _attemptId, codeExpiresAt, resendAt, ...same } = mine;
    // A code that was never requested may be requested since 1970.
    const after = (moment: string | null) => moment && Math.max(Date.parse(moment) - begun, -DAY);
    return { ...same, codeExpiresAt: after(codeExpiresAt), resendAt: after(resendAt) };
  }

  /** The state before the registration. */
  async #bring(state: State): Promise<void> {
    if (state === 'taken' || state === 'notified') {
      await this.#register(this.#mia, 'of the owner');
      await pass(2 * SECOND);
      const code = /^\d+/.exec(this.#transport.accepted.at(-1)?.text ?? '')?.[0] ?? '';
      const password = 'of the owner';
      expect(await this.harness.activate(code, { ...this.#mia, password })).toMatchObject({ outcome: 'active' });
    } else {
      await this.#register(this.#other(7), 'of somebody else');
    }
    jump(2 * DAY);
    // Send a message first, so that the usual delivery time is known.
    await this.#register(state === 'pending' || state === 'notified' ? this.#mia : this.#other(9), 'of another');
    await settle(10 * MINUTE);
  }

  #exhaust(): void {
    const { limits, channels } = this.harness;
    if (this.what.exhaust === 'the budget of the identifier') limits.sendsPerIdentifier = 0;
    if (this.what.exhaust === 'the SMS of everybody') limits.smsPerDay = 0;
    if (this.what.exhaust === 'the SMS of this source') limits.smsPerSource = 0;
    if (this.what.exhaust === 'the channel') channels.available.delete(this.what.channel);
  }

  async #register(who: Partial<RegistrationInput>, password: string): Promise<unknown> {
    return this.#answer(() => this.harness.register({ ...who, password }));
  }

  /** The response without the fields that identify this attempt. */
  async #answer(call: () => Promise<object>): Promise<unknown> {
    const answer = await call().catch((error: { code?: string; retryAfter?: number }) => {
      if (error.code === undefined) throw error;
      return { refused: error.code, retryAfter: error.retryAfter };
    });
    const hidden = ['id', 'attemptId', 'reference'];
    return JSON.parse(JSON.stringify(answer, (name, value) => (hidden.includes(name) ? '•' : value)));
  }

  get #announced(): number {
    return this.harness.outbox.types.filter((type) => type === 'registration.code_sent.v1').length;
  }

  get #mia(): Partial<RegistrationInput> {
    return this.#other(0);
  }

  get #known(): Partial<RegistrationInput> {
    return { ...this.#mia, password: 'my own password' };
  }

  #other(n: number): Partial<RegistrationInput> {
    if (this.what.channel === 'email') return { email: `mia${n}@example.org` };
    return { email: undefined, phone: `+1650253000${n}` } as unknown as Partial<RegistrationInput>;
  }
}

/** Replaces the timers: the job worker polls four times a second. */
const jump = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
/** Time until the last delivery try, plus a margin. */
const settle = async (milliseconds: number): Promise<void> => {
  await pass(26 * SECOND);
  jump(milliseconds);
};
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(Math.max(0, milliseconds));

async function seenIn(what: Case, warmed: boolean): Promise<ReadonlyMap<State, unknown>> {
  const seen = new Map<State, unknown>();
  for (const state of STATES) {
    vi.setSystemTime(START);
    seen.set(state, await new Stranger(what, warmed).sees(state));
  }
  return seen;
}

function expectAlike(seen: ReadonlyMap<State, unknown>): void {
  for (const [state, what] of seen) expect(what, state).toEqual(seen.get('new'));
}

/** Compares without operator metrics: a permanent refusal counts as one of the recipient while others are accepted. */
const bySight = (seen: ReadonlyMap<State, unknown>): ReadonlyMap<State, unknown> =>
  new Map([...seen].map(([state, what]) => [state, (what as { readonly seen: unknown }).seen]));

const titled = (cases: readonly Case[]) => cases.map((what) => ({ ...what, what }));

describe('the observable state of a registration', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  describe.each(titled(CASES))('by $channel, messages $transport', ({ what }) => {
    it('is the same at every step for a new, a pending, a registered and a notified identifier [AC-62]', async () => {
      const seen = await seenIn(what, true);
      expectAlike(what.transport === 'refused for good' ? bySight(seen) : seen);
      // A code has its minute and its three tries, regardless of delivery.
      const text = JSON.stringify(seen.get('new'));
      expect(text).toContain('"outcome":"code_wrong","attemptsRemaining":2');
      expect(text).toContain('"outcome":"code_expired"');
      expect(text).toContain(`"codeExpiresAt":${what.transport === 'accepted late' ? 61_500 : 60_000}`);
      expect(text).toContain('"outcome":"too_early"');
      expect(text).toContain('"outcome":"sending"');
    });

    it('is the same for all identifiers when the transport has just changed [AC-62]', async () => {
      expectAlike(await seenIn(what, false));
    });
  });

  it.each(titled(USED_UP))(
    'by $channel is the same for all identifiers when $exhaust is used up, messages $transport [AC-62]',
    async ({ what }) => {
      const seen = await seenIn(what, true);
      expectAlike(seen);
      expect(JSON.stringify(seen.get('new'))).not.toContain('code_wrong');
    },
  );
});
