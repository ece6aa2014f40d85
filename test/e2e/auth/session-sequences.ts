import fc from 'fast-check';
import {
  type SessionClient,
  SessionModel,
  sessionSteps,
  type TokenPair,
} from '../../../libs/auth/src/testing/session-model.js';
import type { Reply } from '../../support/http-message.js';
import type { ReceivedEvent } from '../../support/rabbit-consumer.js';
import {
  type ActiveCustomer,
  listSessions,
  logOut,
  refreshTokens,
  signInForTokens,
  type TokenResponse,
} from '../../support/session-requests.js';
import type { TestDeployment } from '../../support/test-deployment.js';

const PROPERTY_RUNS = Number(process.env['FC_RUNS'] ?? 25);
const REVOCATION_DEADLINE_MS = 1_000;

/** So much time passes for the sessions of this customer. */
export const ageSessions = (deployment: TestDeployment, { id }: ActiveCustomer, ms: number): Promise<unknown> =>
  deployment.database.query('update auth_sessions set rotated_ms = rotated_ms - $1 where customer_id = $2', [ms, id]);

const toTokenPair = ({ refresh_token, access_token }: TokenResponse): TokenPair => ({
  refresh: refresh_token,
  access: access_token,
});

/** Calls go to one replica and another in turn. */
function createSessionClient(deployment: TestDeployment, customer: ActiveCustomer): SessionClient {
  let calls = 0;
  const url = (): string => deployment.urls[calls++ % deployment.urls.length] ?? '';
  const statuses = async (access: string): Promise<readonly number[]> =>
    Promise.all(deployment.urls.map(async (each) => (await listSessions(each, access)).status));
  return {
    logIn: async () => toTokenPair(await signInForTokens(url(), customer)),
    refresh: async (token) => toRefreshOutcome(await refreshTokens(url(), token), (json) => toTokenPair(json)),
    logOut: async (access, scope) => ((await logOut(url(), access, scope)).status === 204 ? 'done' : 'refused'),
    isAccepted: async (access) => (await statuses(access)).every((status) => status === 200),
    async isRefused(access) {
      for (const deadline = performance.now() + REVOCATION_DEADLINE_MS; ; ) {
        if ((await statuses(access)).every((status) => status === 401)) return true;
        if (performance.now() > deadline) return false;
      }
    },
    waitPastOverlap: async () => void (await ageSessions(deployment, customer, 11_000)),
  };
}

function toRefreshOutcome(
  reply: Reply<TokenResponse>,
  good: (json: TokenResponse) => TokenPair,
): TokenPair | 'refused' {
  if (reply.status !== 200 && reply.status !== 401) throw new Error(`refresh answered ${reply.status} ${reply.text}`);
  return reply.status === 200 ? good(reply.json) : 'refused';
}

/** Random walks, each against a model of its own. @throws Error with the shortest one that goes wrong */
export async function checkRandomSessionSequences(deployment: TestDeployment, customer: ActiveCustomer): Promise<void> {
  const property = fc.asyncProperty(sessionSteps(12), async (taken) => {
    const model = new SessionModel(createSessionClient(deployment, customer));
    for (const step of taken) {
      await model.applyStep(step);
      if (step.do === 'log out' || step.do === 'log out while refreshing') await model.assertInvariants();
    }
    await model.assertFinalState();
  });
  await fc.assert(property, { numRuns: PROPERTY_RUNS, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false });
}

/** Which events of one aggregate came in another order than they were numbered. */
export function findOutOfOrderEvents(events: readonly ReceivedEvent[]): string[] {
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const { subject = '', type, body } of events) {
    const key = `${body['source']} ${/^auth\./.test(type) ? 'auth' : type.split('.')[0]} ${subject}`;
    const sequence = Number(body['sequence']);
    if (sequence <= (last.get(key) ?? 0)) wrong.push(`${type} ${subject} ${sequence}`);
    last.set(key, sequence);
  }
  return wrong;
}
