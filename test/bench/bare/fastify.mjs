import Fastify from 'fastify';
import { serve } from './serve.mjs';

/** Bare Fastify that answers one path with fixed JSON; with LOGGER=pino it logs as Fastify does. */
const answer = JSON.parse(process.env.ANSWER);
const app = Fastify({ logger: process.env.LOGGER === 'pino' });
app.get(process.env.ROUTE, async () => answer);
await serve(app);
