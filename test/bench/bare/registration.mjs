import { createHash, randomInt, randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import nodemailer from 'nodemailer';
import { openDatabase } from './database.mjs';
import { serve } from './serve.mjs';

/**
 * The least that a registration must do: look whether the address is a customer's, store key and event in one transaction,
 * send a mail of the same size. No validation, no attempt store, no relay, no log.
 */
const { pool, close, databasePid } = await openDatabase();
await pool.query(`
  create table customers (id uuid primary key, email_hash char(64) unique);
  create table keys (hash char(64) primary key, customer_id uuid, sequence int, created_at timestamptz);
  create table outbox (id bigserial primary key, event_id uuid unique, payload text)`);
const mails = nodemailer.createTransport({
  url: process.env.SMTP_URL,
  pool: true,
  maxConnections: 10,
  maxMessages: 1000,
});
const text = 'x'.repeat(300);
const html = `<p>${'x'.repeat(2_500)}</p>`;

const app = Fastify({ logger: false });
app.post('/v1/registrations', async ({ body }, reply) => {
  const hash = createHash('sha256').update(body.email).digest('hex');
  await pool.query('select id from customers where email_hash = $1', [hash]);
  const id = randomUUID();
  await store(hash, id);
  const subject = `${randomInt(10_000)} is your code`;
  mails.sendMail({ from: 'Bare <no-reply@localhost>', to: body.email, subject, text, html }).catch(() => undefined);
  reply.status(201);
  return { id };
});

async function store(hash, id) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into keys values ($1, $2, 1, now())', [hash, id]);
    await client.query('insert into outbox (event_id, payload) values ($1, $2)', [randomUUID(), text]);
    await client.query('commit');
  } finally {
    client.release();
  }
}

await serve(app, { databasePid }, close);
