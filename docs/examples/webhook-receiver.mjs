// Takes the events of Foyer as web hooks: verifies the signature of Standard Webhooks 1.0, and handles each event once.
// No dependency. WEBHOOK_SECRET=whsec_… PORT=8080 node webhook-receiver.mjs

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const PORT = Number(process.env.PORT ?? 8080);
const LEEWAY_SECONDS = 300;
const LARGEST_BYTES = 1_048_576;

/** Two of them, separated by a comma, while the secret is changed. */
const secrets = (process.env.WEBHOOK_SECRET ?? '')
  .split(',')
  .filter((secret) => secret.startsWith('whsec_'))
  .map((secret) => Buffer.from(secret.slice('whsec_'.length), 'base64'));
if (secrets.length === 0) throw new Error('WEBHOOK_SECRET must be whsec_…');

// Stands for your own database: insert the id in the transaction of what you do, and keep it for fourteen days.
const seen = new Set();

/** What you do with an event. A rejection is answered with 500, and the event comes again. */
async function handle(event) {
  console.log(event.type, event.subject, event.sequence, JSON.stringify(event.data));
}

/** The body as it came, byte for byte: what was parsed and written again has another signature. */
function isSigned(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!id || !(age <= LEEWAY_SECONDS)) return false;
  const given = signatures.split(' ').filter((one) => one.startsWith('v1,'));
  return secrets.some((secret) => {
    const right = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest();
    return given.some((one) => {
      const candidate = Buffer.from(one.slice('v1,'.length), 'base64');
      return candidate.length === right.length && timingSafeEqual(candidate, right);
    });
  });
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function answer(request) {
  if (request.url === '/health/ready') return 200;
  if (request.method !== 'POST') return 405;
  const body = await bodyOf(request);
  if (body === undefined) return 413;
  if (!isSigned(request.headers, body)) return 401;
  const event = JSON.parse(body);
  if (seen.has(event.id)) return 204;
  await handle(event);
  seen.add(event.id);
  return 204;
}

const server = createServer(async (request, response) => {
  const status = await answer(request).catch((error) => {
    console.error(error);
    return 500;
  });
  response.writeHead(status).end();
});
server.requestTimeout = 10_000;
server.listen(PORT, () => console.error(`listening on ${PORT}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
