import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { RevocationList } from '../../domain/revocation-list.js';
import type { TokenSet } from '../../facade.js';
import { Auth } from '../../testing/auth.js';
import { type Door, type Pair, SessionModel, type Step, steps } from '../../testing/session-model.js';

const RUNS = Number(process.env['FC_RUNS'] ?? 1_000);
const MIA = 'mia@example.org';

interface Signed {
  readonly customerId: string;
  readonly sessionId: string;
  readonly generation: number;
}

/** The room with fakes; an access token says in clear what a real one has signed. */
async function openDoor(): Promise<{ door: Door; house: Auth }> {
  const house = new Auth();
  await house.known(house.identifiers.hash(parseIdentifier(MIA, 'BR')));
  const revoked = new RevocationList();
  const expiresAt = Number.POSITIVE_INFINITY;
  const told = new Date(0);
  house.accessTokens.issue = async (subject, { id: sessionId, scope }) => {
    const { customerId, generation } = subject.snapshot();
    return { token: JSON.stringify({ customerId, sessionId, generation }), expiresInSeconds: 900, scope };
  };
  house.revocations.ofSession = async (customerId, sessionId) => {
    revoked.add({ customerId, sessionId, generation: null, kept: null, expiresAt });
    return told;
  };
  house.revocations.ofCustomer = async (customerId, generation, kept) => {
    revoked.add({ customerId, sessionId: null, generation, kept, expiresAt });
    return told;
  };
  const isTaken = async (access: string) => !revoked.refuses(JSON.parse(access) as Signed);
  const door: Door = {
    async logIn() {
      const result = await house.logIn(MIA);
      if (result.outcome !== 'signed_in') throw new Error(result.outcome);
      return pairOf(result.tokens);
    },
    async refresh(token) {
      const answer = await house.refresh(token);
      return answer === 'refused' ? answer : pairOf(answer);
    },
    async logOut(access, scope) {
      if (!(await isTaken(access))) return 'refused';
      const { customerId, sessionId } = JSON.parse(access) as Signed;
      await house.logOut(sessionId, scope, customerId);
      return 'done';
    },
    isTaken,
    isRefused: async (access) => !(await isTaken(access)),
    pass: () => house.clock.pause(11_000),
  };
  return { door, house };
}

const pairOf = ({ refreshToken, accessToken }: TokenSet): Pair => ({ refresh: refreshToken, access: accessToken });

async function walk(taken: readonly Step[], door: Door): Promise<void> {
  const model = new SessionModel(door);
  for (const step of taken) {
    await model.take(step);
    await model.check();
  }
  await model.end();
}

describe('any walk of refresh, repeat, replay, lost answers and sign-outs', () => {
  it('INV-05 INV-06 ends as the model does', async () => {
    const property = fc.asyncProperty(steps(40), async (taken) => walk(taken, (await openDoor()).door));
    await fc.assert(property, { numRuns: RUNS });
  });

  it('INV-18 leaves one line in the audit trail for every sign-in, exchange and end', async () => {
    const property = fc.asyncProperty(steps(20), async (taken) => {
      const { door, house } = await openDoor();
      await walk(taken, door);
      const lines = (action: string) => house.audit.actions.filter((each) => each === action).length;
      const told = (type: string) => house.outbox.types.filter((each) => each === type).length;
      expect(lines('auth.login.succeeded')).toBe(told('auth.logged_in.v1'));
      expect(lines('auth.logout.current') + lines('auth.logout.all') + lines('auth.refresh.reused')).toBe(
        told('auth.session_revoked.v1'),
      );
      const turns = [...house.sessions.states.values()].reduce((sum, { turn }) => sum + turn, 0);
      expect(lines('auth.refresh.succeeded')).toBe(turns);
    });
    await fc.assert(property, { numRuns: RUNS / 5 });
  });
});
