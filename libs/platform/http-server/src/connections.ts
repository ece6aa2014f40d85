import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Overloaded } from '#kernel';
import { isWithin } from '#platform/config';
import type { Log, Metrics } from '#platform/observability';
import { isHealthRoute } from './admin-port.js';
import { ConnectionLimits, type Limited } from './connection-limits.js';

const WARN_AGAIN_MS = 60_000;
const RETRY_SECONDS = 5;

interface Parts {
  readonly trustProxy: readonly string[];
  readonly log: Log;
  readonly metrics: Metrics;
}

export type ConnectionNumbers = Readonly<
  Record<'sockets' | 'shedFrom' | 'socketsPerPeer' | 'reserved' | 'reservedPerPeer', number>
>;

/** Limits the connections of servers whose requests this Fastify answers. */
export class Connections {
  readonly #servers: ConnectionLimits[] = [];
  readonly #isProxy: (address: string) => boolean;
  readonly #log: Log;
  readonly #count: (how: Limited) => void;
  #silentUntil = Number.NEGATIVE_INFINITY;

  constructor(fastify: FastifyInstance, { trustProxy, log, metrics }: Parts) {
    this.#isProxy = isWithin(trustProxy);
    this.#log = log;
    metrics.gauge('http_connections', 'Connections that are open, at all ports', () =>
      this.#servers.reduce((sum, { size }) => sum + size, 0),
    );
    const counter = metrics.counter('http_connections_limited_total', 'Connections that were too many', ['outcome']);
    this.#count = (outcome) => counter.inc({ outcome });
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!this.#servers.some((limits) => limits.isReserved(request.raw.socket))) return done();
      reply.header('connection', 'close');
      done(isHealthRoute(request) ? undefined : tooMany());
    });
  }

  limit(server: Server, numbers: ConnectionNumbers): void {
    const limits = new ConnectionLimits({ ...numbers, isProxy: this.#isProxy }, (how, peer) => this.#tell(how, peer));
    limits.watch(server);
    this.#servers.push(limits);
  }

  #tell(how: Limited, peer: string): void {
    this.#count(how);
    if (performance.now() < this.#silentUntil) return;
    this.#silentUntil = performance.now() + WARN_AGAIN_MS;
    this.#log.warn(
      { peer, outcome: how, setting: 'TRUST_PROXY' },
      'too many connections: idle ones are closed, and those beyond the limit are answered for health only; if the peer is a proxy, name it',
    );
  }
}

const tooMany = (): Overloaded =>
  new Overloaded('There are too many connections at this moment. Please try again.', RETRY_SECONDS);
