// A service of yours that takes access tokens of Foyer, small enough to copy: keys by JWKS, sign-outs by events.
//   ISSUER=http://127.0.0.1:3000 RABBITMQ_URL=amqp://foyer:foyer@127.0.0.1:5672 PORT=4000 node resource-server.mjs
import { createServer } from 'node:http';
import { connect } from 'amqplib';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const {
  ISSUER = 'http://127.0.0.1:3000',
  AUDIENCE = ISSUER,
  RABBITMQ_URL,
  HOST = '127.0.0.1',
  PORT = '4000',
} = process.env;

const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', ISSUER), { timeoutDuration: 3_000 });
const rules = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['EdDSA', 'ES256'] };

// What ended before its time. A token lives 15 minutes at most: so do the entries.
const sessions = new Map();
const customers = new Map();

function learn({ customerId, sid, generation, kept, expiresAt }) {
  const lifeMs = Date.parse(expiresAt) - Date.now();
  if (lifeMs <= 0) return;
  const [map, id] = sid === null ? [customers, customerId] : [sessions, sid];
  map.set(id, { generation, kept });
  setTimeout(() => map.delete(id), lifeMs).unref();
}

function isRevoked({ sub, sid, gen }) {
  const all = customers.get(sub);
  return sessions.has(sid) || (all !== undefined && gen < all.generation && sid !== all.kept);
}

// One queue per process: each must hear of every sign-out.
async function listen() {
  const connection = await connect(RABBITMQ_URL, { timeout: 5_000 });
  connection.on('close', () => setTimeout(listen, 1_000));
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, 'foyer.events', 'auth.session_revoked.v1');
  await channel.consume(queue, (message) => message && learn(JSON.parse(message.content.toString()).data), {
    noAck: true,
  });
}

async function claimsOf(authorization = '') {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (!token) return undefined;
  const { payload } = await jwtVerify(token, keys, rules);
  return isRevoked(payload) ? undefined : payload;
}

if (RABBITMQ_URL) await listen();
createServer(async (request, response) => {
  const claims =
    request.url === '/health/ready' ? {} : await claimsOf(request.headers.authorization).catch(() => undefined);
  const { sub, roles } = claims ?? {};
  response.writeHead(claims ? 200 : 401, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(claims ? { customer: sub, roles } : { error: 'invalid_token' }));
}).listen(Number(PORT), HOST);
