import { administrator } from '../support/administrator.mjs';
import { connectTo } from '../support/embedded.mjs';
import { percentile } from '../support/figures.mjs';
import { openLine } from '../support/line.mjs';
import { request } from '../support/load.mjs';
import { startProgram } from '../support/program.mjs';

const FEW = 10_000;
const MANY = Number(process.env.BENCH_CUSTOMERS ?? 1_000_000);
const PORTION = 100_000;
const PAGE = 50;
const ASKED = 500;
const PREFIXES = ['q=p12', 'q=p999999', 'q=smith7', 'q=smith77', 'q=nobody', 'q=%2B1415', 'q=%2B14150099'];
/** The same rows as registration writes, without anybody who could sign in. */
const SEED = `insert into customers (id, email, email_hash, phone, phone_hash, first_name, last_name, market, locale,
    attributes, status, verified_by, attempt_id, created_at, updated_at, version, standing, last_name_key)
  select gen_random_uuid(), 'p' || n || '@example.org', encode(sha256(('e' || n)::bytea), 'hex'),
    '+1415' || lpad(n::text, 7, '0'), encode(sha256(('p' || n)::bytea), 'hex'), 'Ada', 'Smith' || (n % 1000), 'US', 'en', '{}',
    'active', 'code', gen_random_uuid(), now() - n * interval '1 second', now(), 1, 'active', 'smith' || (n % 1000)
  from generate_series($1::int, $2::int) n`;

async function seed(client, from, to, tell) {
  for (let first = from; first <= to; first += PORTION) {
    const last = Math.min(to, first + PORTION - 1);
    tell(`${last} customers`);
    await client.query(SEED, [first, last]);
  }
  await client.query('vacuum analyze customers');
}

/** The cursor of the last page, found as everybody must find it: page by page. */
async function lastCursor(url, headers) {
  let [cursor, more] = ['', null];
  do {
    const answer = await fetch(`${url}?limit=100${cursor}`, { headers });
    if (!answer.ok) throw new Error(`a page was answered ${answer.status}`);
    const { nextCursor } = await answer.json();
    more = nextCursor;
    if (more !== null) cursor = `&cursor=${encodeURIComponent(more)}`;
  } while (more !== null);
  return cursor;
}

/** p99 of so many answers to requests one after the other. */
async function timed({ port }, requests) {
  let line = openLine(port);
  const times = [];
  for (let n = 0; n < ASKED; n++) {
    if (line.closed) line = openLine(port);
    const start = performance.now();
    const status = await line.ask(requests[n % requests.length]);
    if (status !== 200) throw new Error(`it was answered ${status}`);
    times.push(performance.now() - start);
  }
  line.close();
  return percentile(times, 0.99);
}

async function ofSo(many, program, headers, tell) {
  const url = `http://127.0.0.1:${program.port}/v1/customers`;
  tell(`to the last page of ${many}`);
  const cursor = await lastCursor(url, headers);
  const ask = (query) => request('GET', `/v1/customers?limit=${PAGE}${query}`, { headers });
  const [first, last] = [await timed(program, [ask('')]), await timed(program, [ask(cursor)])];
  const search = await timed(
    program,
    PREFIXES.map((prefix) => ask(`&${prefix}`)),
  );
  return { first, last, search };
}

export const lists = {
  key: 'lists',
  title: `GET /v1/customers, pages of ${PAGE} of ${MANY} customers`,
  figures: [
    { name: 'last', title: 'p99 of the last page ÷ of the first', atMost: 1.2 },
    { name: 'growth', title: `p99 of the first page ÷ of the first of ${FEW}`, atMost: 1.2 },
    { name: 'search', title: 'p99 of a search by prefix, ms', atMost: 50 },
    { name: 'first', title: 'p99 of the first page, ms' },
  ],
  measure: async (_options, tell) => {
    const program = await startProgram({ BCRYPT_COST: '4' });
    try {
      const headers = { authorization: `Bearer ${await administrator(program)}` };
      const { client, close } = await connectTo(program);
      try {
        await seed(client, 1, FEW, tell);
        const few = await ofSo(FEW, program, headers, tell);
        await seed(client, FEW + 1, MANY, tell);
        const many = await ofSo(MANY, program, headers, tell);
        return {
          last: [many.last / many.first],
          growth: [many.first / few.first],
          search: [many.search],
          first: [many.first],
        };
      } finally {
        await close();
      }
    } finally {
      await program.dispose();
    }
  },
};
