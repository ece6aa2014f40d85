import { startBare } from '../support/bare-server.mjs';
import { driveHttp } from '../support/http-contender.mjs';
import { basic, request } from '../support/load.mjs';
import { newcomer, oneCustomer, PASSWORD, post } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';

const CHEAP = { BCRYPT_COST: '4' };

/** @param ask makes the request that is repeated, once the program runs */
const ours = (connections, ask, { name = 'ours', env = {} } = {}) => ({
  name,
  open: async () => {
    const program = await startProgram({ ...CHEAP, ...env });
    const asked = await ask(program);
    return {
      measure: (time) => driveHttp({ ...program, connections, next: () => asked }, time),
      close: program.dispose,
    };
  },
});

const bare = (name, script, env, connections, route) => ({
  name,
  open: async () => {
    const server = await startBare(script, { ...env, ROUTE: route });
    const asked = request('GET', route);
    return { measure: (time) => driveHttp({ ...server, connections, next: () => asked }, time), close: server.close };
  },
});

const LIVE = '/health/live';
const MINE = '/v1/registrations/mine';
const ME = '/v1/customers/me';
const SILENT = 'bare Fastify, no log';
const LOGGING = 'bare Fastify, its pino log';

const live = {
  key: 'trivial',
  title: 'GET /health/live',
  contenders: ({ connections }) => [
    ours(connections, () => request('GET', LIVE)),
    bare(SILENT, 'fastify.mjs', { ANSWER: '{"status":"ok"}' }, connections, LIVE),
    bare(LOGGING, 'fastify.mjs', { ANSWER: '{"status":"ok"}', LOGGER: 'pino' }, connections, LIVE),
  ],
  targets: [
    { what: 'ratio', against: LOGGING, atLeast: 0.6 },
    { what: 'ratio', against: SILENT, atLeast: 0.6 },
  ],
};

const MY_REGISTRATION = JSON.stringify({
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  attemptId: '01890a5d-ac96-774b-bcce-b302099a8058',
  state: 'pending',
  channel: 'email',
  codeLength: 4,
  codeExpiresAt: '2026-01-01T00:00:00.000Z',
  resendAt: '2026-01-01T00:00:00.000Z',
  attemptsRemaining: 3,
});

const mine = {
  key: 'mine',
  title: 'GET /v1/registrations/mine',
  contenders: ({ connections }) => [
    ours(connections, async ({ port }) => {
      const email = newcomer();
      await post(`http://127.0.0.1:${port}/v1/registrations`, { email, password: PASSWORD });
      return request('GET', MINE, { headers: basic(email, PASSWORD) });
    }),
    bare(SILENT, 'fastify.mjs', { ANSWER: MY_REGISTRATION }, connections, MINE),
  ],
  targets: [{ what: 'ratio', against: SILENT }],
};

const SELECT = 'bare Fastify and pg, its pino log';
const UNCHECKED = 'without a token check';
const BELIEVING = { NODE_OPTIONS: `--import=${new URL('../support/no-token-check.mjs', import.meta.url).href}` };

const asMyself = async (program) => {
  const { token } = await oneCustomer(program);
  return request('GET', ME, { headers: { authorization: `Bearer ${token}` } });
};

const me = {
  key: 'me',
  title: 'GET /v1/customers/me',
  contenders: ({ connections }) => [
    ours(connections, asMyself),
    bare(SELECT, 'customer.mjs', { LOGGER: 'pino' }, connections, ME),
    ours(connections, asMyself, { name: UNCHECKED, env: BELIEVING }),
  ],
  targets: [
    { what: 'ratio', against: SELECT, atLeast: 0.6 },
    { what: 'ratio', against: UNCHECKED, atLeast: 0.85 },
  ],
};

export const routes = [live, mine, me];
