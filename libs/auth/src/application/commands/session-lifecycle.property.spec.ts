import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { RevocationList } from '../../domain/revocation-list.js';
import type { TokenSet } from '../../facade.js';
import { AuthHarness } from '../../testing/auth-harness.js';
import {
  type SessionClient,
  SessionModel,
  type SessionStep,
  sessionSteps,
  type TokenPair,
} from '../../testing/session-model.js';

const RUNS = Number(process.env['FC_RUNS'] ?? 1_000);
const MIA = 'mia@example.org';

interface SignedClaims {
  readonly customerId: string;
  readonly sessionId: string;
  readonly generation: number;
}

/** The harness as a session client. Its access tokens are plain text instead of signed. */
async function createSessionClient(): Promise<{ door: SessionClient; harness: AuthHarness }> {
  const harness = new AuthHarness();
  await harness.addSubject(harness.identifiers.hash(parseIdentifier(MIA, 'BR')));
  const revoked = new RevocationList();
  const expiresAt = Number.POSITIVE_INFINITY;
  const told = new Date(0);
  harness.accessTokens.issue = async (subject, { id: sessionId, scope }) => {
    const { customerId, generation } = subject.snapshot();
    return { token: JSON.stringify({ customerId, sessionId, generation }), expiresInSeconds: 900, scope };
  };
  harness.revocations.revokeSession = async (customerId, sessionId) => {
    revoked.add({ customerId, sessionId, generation: null, kept: null, expiresAt });
    return told;
  };
  harness.revocations.revokeCustomer = async (customerId, generation, kept) => {
    revoked.add({ customerId, sessionId: null, generation, kept, expiresAt });
    return told;
  };
  const isTaken = async (access: string) => !revoked.isRevoked(JSON.parse(access) as SignedClaims);
  const door: SessionClient = {
    async logIn() {
      const result = await harness.logIn(MIA);
      if (result.outcome !== 'signed_in') throw new Error(result.outcome);
      return pairOf(result.tokens);
    },
    async refresh(token) {
      const answer = await harness.refresh(token);
      return answer === 'refused' ? answer : pairOf(answer);
    },
    async logOut(access, scope) {
      if (!(await isTaken(access))) return 'refused';
      const { customerId, sessionId } = JSON.parse(access) as SignedClaims;
      await harness.logOut(sessionId, scope, customerId);
      return 'done';
    },
    isAccepted: isTaken,
    isRefused: async (access) => !(await isTaken(access)),
    waitPastOverlap: () => harness.clock.pause(11_000),
  };
  return { door, harness };
}

const pairOf = ({ refreshToken, accessToken }: TokenSet): TokenPair => ({ refresh: refreshToken, access: accessToken });

async function runSteps(taken: readonly SessionStep[], door: SessionClient): Promise<void> {
  const model = new SessionModel(door);
  for (const step of taken) {
    await model.applyStep(step);
    await model.assertInvariants();
  }
  await model.assertFinalState();
}

describe('any sequence of refreshes, repeats, replays, lost responses and sign-outs', () => {
  it('matches the model [INV-05] [INV-06]', async () => {
    const property = fc.asyncProperty(sessionSteps(40), async (taken) =>
      runSteps(taken, (await createSessionClient()).door),
    );
    await fc.assert(property, { numRuns: RUNS });
  });

  it('writes one audit entry per sign-in, rotation and end [INV-18]', async () => {
    const property = fc.asyncProperty(sessionSteps(20), async (taken) => {
      const { door, harness } = await createSessionClient();
      await runSteps(taken, door);
      const lines = (action: string) => harness.audit.actions.filter((each) => each === action).length;
      const publishedCount = (type: string) => harness.outbox.types.filter((each) => each === type).length;
      expect(lines('auth.login.succeeded')).toBe(publishedCount('auth.logged_in.v1'));
      expect(lines('auth.logout.current') + lines('auth.logout.all') + lines('auth.refresh.reused')).toBe(
        publishedCount('auth.session_revoked.v1'),
      );
      const turns = [...harness.sessions.states.values()].reduce((sum, { turn }) => sum + turn, 0);
      expect(lines('auth.refresh.succeeded')).toBe(turns);
    });
    await fc.assert(property, { numRuns: RUNS / 5 });
  });
});
