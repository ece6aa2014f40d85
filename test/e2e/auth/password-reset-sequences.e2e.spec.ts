import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestResetCode, resetPassword, tryLogIn } from '../../support/auth-requests.js';
import { EMBEDDED } from '../../support/backends.js';
import { identifierOf, wrongCode } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

/** What somebody does at the door. A code is that of the last message, of the one before, a wrong one, or the neighbour's. */
type Step =
  | { readonly does: 'forgot'; readonly who: number }
  | { readonly does: 'reset'; readonly who: number; readonly code: 'last' | 'older' | 'wrong' | "neighbour's" }
  | { readonly does: 'log in'; readonly who: number };

const who = fc.constantFrom(0, 1);
const code = fc.constantFrom('last', 'older', 'wrong', "neighbour's" as const);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ does: fc.constant('forgot' as const), who }) },
    { weight: 5, arbitrary: fc.record({ does: fc.constant('reset' as const), who, code }) as fc.Arbitrary<Step> },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('log in' as const), who }) },
  ),
  { minLength: 4, maxLength: 14 },
);

/** What holds of one person: the password that is good, and the code that is. */
interface Known {
  readonly name: string;
  password: string;
  live: string | undefined;
  wrong: number;
  readonly sent: string[];
}

describe('AC-18 any calls in any order', () => {
  const app = useTestApp(EMBEDDED, { LIMIT_SENDS_PER_SOURCE_MINUTE: 'off', LIMIT_SENDS_PER_SOURCE_DAY: 'off' });
  let passwords = 0;

  const arrive = async (): Promise<Known> => {
    const { person } = await app.createCustomer();
    return { name: identifierOf(person), password: person.password, live: undefined, wrong: 0, sent: [] };
  };

  const codeOf = (known: Known, neighbour: Known, which: string): string => {
    const last = known.sent.at(-1) ?? '00000000';
    if (which === 'last') return last;
    if (which === 'older') return known.sent.at(-2) ?? wrongCode(last);
    return which === 'wrong' ? wrongCode(last, 7) : (neighbour.sent.at(-1) ?? wrongCode(last, 3));
  };

  async function tryReset(known: Known, typed: string): Promise<void> {
    const wanted = `another horse, number ${++passwords}`;
    const { status, json, text } = await resetPassword(app, known.name, typed, wanted);
    if (known.live === undefined) return expect([status, text]).toEqual([410, text]);
    if (typed !== known.live) {
      expect([status, json.attemptsRemaining]).toEqual([400, 2 - known.wrong++]);
      if (known.wrong === 3) known.live = undefined;
      return;
    }
    expect([status, text]).toEqual([204, '']);
    Object.assign(known, { password: wanted, live: undefined });
  }

  it('set no password without the code that was sent last, within its three tries, and once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const people = [await arrive(), await arrive()] as const;
        for (const step of taken) {
          const known = people[step.who as 0 | 1];
          if (step.does === 'forgot') {
            const sent = await requestResetCode(app, known.name);
            known.sent.push(sent);
            Object.assign(known, { live: sent, wrong: 0 });
          } else if (step.does === 'reset')
            await tryReset(known, codeOf(known, people[(1 - step.who) as 0 | 1], step.code));
          else expect((await tryLogIn(app, known.name, known.password)).status).toBe(200);
        }
        for (const { name, password } of people) expect((await tryLogIn(app, name, password)).status).toBe(200);
      }),
      { numRuns: 20, interruptAfterTimeLimit: 20_000 },
    );
  });
});
