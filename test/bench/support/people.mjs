import { setTimeout as sleep } from 'node:timers/promises';
import { basic, request, startLoad } from './load.mjs';

export const PASSWORD = 'correct horse battery staple';
const HEADERS = { 'content-type': 'application/json' };
let people = 0;

/** An address nobody had before. */
export const newcomer = () => `p${process.pid}x${++people}@example.org`;

export const registrationOf = (email) =>
  request('POST', '/v1/registrations', { body: { email, password: PASSWORD, firstName: 'Ada', market: 'US' } });

/** Each from an address of its own: hashing is shared out among sources. */
const fromSomewhere = (n) => ({ 'x-forwarded-for': `198.18.${Math.floor(n / 250) % 250}.${1 + (n % 250)}` });
let activations = 0;

export const activationOf = (email, code) =>
  request('POST', '/v1/registrations/activate', {
    headers: { ...basic(email, PASSWORD), ...fromSomewhere(activations++) },
    body: { code },
  });

/** Registers so many people and waits for their codes: address and code of each. */
export async function register(many, { port }, sink) {
  let left = many;
  const next = () => (left-- > 0 ? registrationOf(newcomer()) : undefined);
  await startLoad({ port, connections: 16, next }).all;
  const codes = [];
  for (const deadline = performance.now() + 60_000; codes.length < many; await sleep(50)) {
    codes.push(...(await sink.codes()));
    if (performance.now() > deadline) throw new Error(`only ${codes.length} of ${many} codes arrived`);
  }
  return codes;
}

/** The address of a new customer. */
async function customer(url) {
  const email = newcomer();
  await post(`${url}/v1/registrations`, { email, password: PASSWORD });
  const code = await codeFor(url, email);
  await post(`${url}/v1/registrations/activate`, { code }, basic(email, PASSWORD));
  return email;
}

/** The addresses of so many. */
export async function customers(many, { port }) {
  const made = [];
  while (made.length < many) made.push(await customer(`http://127.0.0.1:${port}`));
  return made;
}

/**
 * Requests to sign in, of so many customers in turn: too many for one name at the same time have to wait for each other.
 * @returns the bytes of the next one
 */
export async function logins(many, program) {
  const requests = (await customers(many, program)).map((username, n) =>
    request('POST', '/v1/auth/login', { headers: fromSomewhere(n), body: { username, password: PASSWORD } }),
  );
  let n = 0;
  return () => requests[n++ % many];
}

/** One customer with an access token. */
export async function oneCustomer({ port }) {
  const url = `http://127.0.0.1:${port}`;
  const email = await customer(url);
  const { access_token: token } = await post(`${url}/v1/auth/login`, { username: email, password: PASSWORD });
  return { email, token };
}

export async function post(url, body, headers = {}) {
  const answer = await fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** From the dev mailbox. */
export async function codeFor(url, email) {
  for (let look = 0; look < 200; look++) {
    const { items } = await (await fetch(`${url}/dev/messages?to=${encodeURIComponent(email)}`)).json();
    if (items.length > 0) return /^\d{4,8}/.exec(items[0].subject)[0];
    await sleep(25);
  }
  throw new Error(`no code for ${email}`);
}
