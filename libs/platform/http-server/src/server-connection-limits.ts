import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Overloaded } from '#kernel';
import { createNetworkMatcher } from '#platform/config';
import type { Log, Metrics } from '#platform/observability';
import { isHealthRoute } from './admin-port.js';
import { ConnectionLimiter, type ConnectionLimitOutcome } from './connection-limiter.js';

const WARNING_INTERVAL_MS = 60_000;
const RETRY_SECONDS = 5;

interface ConnectionLimitsOptions {
  readonly trustProxy: readonly string[];
  readonly log: Log;
  readonly metrics: Metrics;
}

export type ConnectionLimitNumbers = Readonly<
  Record<'sockets' | 'shedFrom' | 'socketsPerPeer' | 'reserved' | 'reservedPerPeer', number>
>;

/** Limits the connections of the servers that share this Fastify instance. */
export class ServerConnectionLimits {
  readonly #limiters: ConnectionLimiter[] = [];
  readonly #isProxy: (address: string) => boolean;
  readonly #log: Log;
  readonly #count: (how: ConnectionLimitOutcome) => void;
  #nextWarningAt = Number.NEGATIVE_INFINITY;

  constructor(fastify: FastifyInstance, { trustProxy, log, metrics }: ConnectionLimitsOptions) {
    this.#isProxy = createNetworkMatcher(trustProxy);
    this.#log = log;
    metrics.gauge('http_connections', 'Connections that are open, at all ports', () =>
      this.#limiters.reduce((sum, { size }) => sum + size, 0),
    );
    const counter = metrics.counter('http_connections_limited_total', 'Connections that were too many', ['outcome']);
    this.#count = (outcome) => counter.inc({ outcome });
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!this.#limiters.some((limits) => limits.isReserved(request.raw.socket))) return done();
      reply.header('connection', 'close');
      done(isHealthRoute(request) ? undefined : tooManyConnections());
    });
  }

  limitServer(server: Server, numbers: ConnectionLimitNumbers): void {
    const limits = new ConnectionLimiter({ ...numbers, isProxy: this.#isProxy }, (how, peer) =>
      this.#report(how, peer),
    );
    limits.attachTo(server);
    this.#limiters.push(limits);
  }

  #report(how: ConnectionLimitOutcome, peer: string): void {
    this.#count(how);
    if (performance.now() < this.#nextWarningAt) return;
    this.#nextWarningAt = performance.now() + WARNING_INTERVAL_MS;
    this.#log.warn(
      { peer, outcome: how, setting: 'TRUST_PROXY' },
      'too many connections: closing idle ones, and answering only health requests beyond the limit; if the peer is a proxy, add it to TRUST_PROXY',
    );
  }
}

const tooManyConnections = (): Overloaded =>
  new Overloaded('There are too many connections at this moment. Please try again.', RETRY_SECONDS);
