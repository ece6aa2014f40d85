import Fastify from 'fastify';
import { openDatabase } from './database.mjs';
import { serve } from './serve.mjs';

/** Fastify and one SELECT by primary key of a row like a customer's. No token is looked at; with LOGGER=pino it logs as Fastify does. */
const { pool, close, databasePid } = await openDatabase();
await pool.query(`create table customers (id uuid primary key, email varchar(254), phone varchar(20), first_name varchar(400),
  last_name varchar(400), market char(2), locale varchar(35), attributes jsonb, status varchar(16), verified_by varchar(16),
  created_at timestamptz(3), updated_at timestamptz(3), version int)`);
const id = '01890a5d-ac96-774b-bcce-b302099a8057';
await pool.query(
  `insert into customers values ($1, 'ada@example.org', null, 'Ada', 'Lovelace', 'US', 'en', '{}', 'active', 'code', now(), now(), 1)`,
  [id],
);
const app = Fastify({ logger: process.env.LOGGER === 'pino' });
app.get('/v1/customers/me', async () => {
  const { rows } = await pool.query('select * from customers where id = $1', [id]);
  return rows[0];
});
await serve(app, { databasePid }, close);
