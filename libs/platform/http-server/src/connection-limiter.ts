import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetworkOf } from '#platform/http';

export interface ConnectionLimitOptions {
  /** Most connections at once. */
  readonly sockets: number;
  /** From so many on, each new one takes the place of the one that has been idle for longest. */
  readonly shedFrom: number;
  /** Most of one peer: an IPv4 address or an IPv6 /64. */
  readonly socketsPerPeer: number;
  /** Beyond these limits: connections on which health is answered, and nothing else. */
  readonly reserved: number;
  readonly reservedPerPeer: number;
  /** A proxy brings the connections of many: it is no peer of its own. */
  readonly isProxy: (address: string) => boolean;
}

/** What became of a connection because there were too many. */
export type ConnectionLimitOutcome = 'idle_closed' | 'reserved' | 'refused';

/** Who has just come, or was just answered, may be about to ask: a burst must not cut itself. */
const MIN_IDLE_MS = 1_000;
/** A request head arrives in one go. Who takes longer than this may have to give way. */
const HEAD_TIMEOUT_MS = 2_000;

interface Connection {
  readonly socket: Socket;
  readonly peer: string;
  readonly isProxy: boolean;
  readonly isReserved: boolean;
  requests: number;
  idleSince: number;
  /** Bytes that had been read when the last answer was given: more have come since if a head is on its way. */
  readBefore: number;
  headSeenAt: number | null;
}

/**
 * Keeps a few peers, or many idle connections, from taking all that there are (OWASP ASVS 13.1.2). A connection with a request
 * in flight is never cut. Idle ones are: of the peer that wants one more than its limit, and of everybody when all are nearly
 * used up, the one that has been idle for longest first. When nobody is idle, what comes is kept on a few reserved connections,
 * where probes of health are answered.
 */
export class ConnectionLimiter {
  readonly #connections = new Map<Socket, Connection>();
  /** In the order in which they fell idle. */
  readonly #idle = new Set<Connection>();
  readonly #reserved = new Set<Connection>();
  readonly #countPerPeer = new Map<string, number>();

  /** @param onLimited told of each connection that was limited, with the peer that came */
  constructor(
    private readonly limits: ConnectionLimitOptions,
    private readonly onLimited: (how: ConnectionLimitOutcome, peer: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Connections at this moment, those that are reserved included. */
  get size(): number {
    return this.#connections.size;
  }

  attachTo(server: Server): void {
    server.on('connection', (socket) => this.#accept(socket));
    server.prependListener('request', (request, response) => this.#beginRequest(request.socket, response));
  }

  /** On such a connection nothing but health is answered. */
  isReserved(socket: Socket): boolean {
    return this.#connections.get(socket)?.isReserved ?? false;
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const [peer, isProxy] = [clientNetworkOf(address), this.limits.isProxy(address)];
    const isReserved = !this.#hasRoomFor(peer, isProxy);
    if (isReserved && !this.#hasReserveFor(peer, isProxy)) {
      this.onLimited('refused', peer);
      return void socket.destroy();
    }
    const fixed = { socket, peer, isProxy, isReserved };
    const connection: Connection = { ...fixed, requests: 0, idleSince: 0, readBefore: 0, headSeenAt: null };
    this.#connections.set(socket, connection);
    this.#markIdle(connection);
    if (isReserved) this.#reserved.add(connection);
    else if (!isProxy) this.#countPerPeer.set(peer, this.#countOfPeer(peer) + 1);
    if (isReserved) this.onLimited('reserved', peer);
    socket.once('close', () => this.#remove(connection));
  }

  #beginRequest(socket: Socket, response: ServerResponse): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    connection.requests++;
    this.#idle.delete(connection);
    response.once('close', () => this.#endRequest(connection));
  }

  #endRequest(connection: Connection): void {
    connection.requests--;
    if (connection.requests === 0 && this.#connections.has(connection.socket)) this.#markIdle(connection);
  }

  #markIdle(connection: Connection): void {
    connection.idleSince = this.now();
    connection.readBefore = connection.socket.bytesRead;
    connection.headSeenAt = null;
    this.#idle.add(connection);
  }

  #hasRoomFor(peer: string, isProxy: boolean): boolean {
    const isOverdrawn = !isProxy && this.#countOfPeer(peer) >= this.limits.socketsPerPeer;
    if (isOverdrawn && !this.#closeIdle(peer, (one) => !one.isReserved && one.peer === peer)) return false;
    if (this.#unreservedCount < this.limits.shedFrom) return true;
    return this.#closeIdle(peer, (one) => !one.isReserved) || this.#unreservedCount < this.limits.sockets;
  }

  /** The newest may ask: who says nothing on a reserved connection gives way to the next, of the same peer if it has many. */
  #hasReserveFor(peer: string, isProxy: boolean): boolean {
    const ofPeer = [...this.#reserved].filter((one) => one.peer === peer);
    const isOverdrawn = !isProxy && ofPeer.length >= this.limits.reservedPerPeer;
    if (!isOverdrawn && this.#reserved.size < this.limits.reserved) return true;
    const silent = (isOverdrawn ? ofPeer : [...this.#reserved]).find(({ requests }) => requests === 0);
    if (silent) this.#destroy(silent);
    return silent !== undefined;
  }

  /** False when there is none that may be closed. */
  #closeIdle(peer: string, isMeant: (connection: Connection) => boolean): boolean {
    let slow: Connection | undefined;
    for (const connection of this.#idle) {
      // Whoever follows is fresher still.
      if (this.now() - connection.idleSince < MIN_IDLE_MS) break;
      if (!isMeant(connection)) continue;
      if (connection.socket.bytesRead === connection.readBefore) return this.#closeFor(connection, peer);
      connection.headSeenAt ??= this.now();
      if (this.now() - connection.headSeenAt >= HEAD_TIMEOUT_MS) slow ??= connection;
    }
    return slow !== undefined && this.#closeFor(slow, peer);
  }

  #closeFor(connection: Connection, peer: string): true {
    this.#destroy(connection);
    this.onLimited('idle_closed', peer);
    return true;
  }

  #destroy(connection: Connection): void {
    this.#remove(connection);
    connection.socket.destroy();
  }

  #remove(connection: Connection): void {
    const { socket, peer, isProxy, isReserved } = connection;
    if (!this.#connections.delete(socket)) return;
    this.#idle.delete(connection);
    this.#reserved.delete(connection);
    if (isReserved || isProxy) return;
    const left = this.#countOfPeer(peer) - 1;
    if (left > 0) this.#countPerPeer.set(peer, left);
    else this.#countPerPeer.delete(peer);
  }

  get #unreservedCount(): number {
    return this.#connections.size - this.#reserved.size;
  }

  #countOfPeer(peer: string): number {
    return this.#countPerPeer.get(peer) ?? 0;
  }
}
