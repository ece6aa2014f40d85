import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetworkOf } from '#platform/http';

export interface ConnectionLimitOptions {
  /** Maximum number of connections. */
  readonly sockets: number;
  /** From this number on, each new connection replaces the one that has been idle for longest. */
  readonly shedFrom: number;
  /** Maximum for one peer: an IPv4 address or an IPv6 /64. */
  readonly socketsPerPeer: number;
  /** Connections beyond these limits, on which only health requests are answered. */
  readonly reserved: number;
  readonly reservedPerPeer: number;
  /** A trusted proxy carries the connections of many clients, so the limit per peer does not apply. */
  readonly isProxy: (address: string) => boolean;
}

/** What happened to a connection because of a limit. */
export type ConnectionLimitOutcome = 'idle_closed' | 'reserved' | 'refused';

/**
 * A connection that has just opened or was just answered may be about to send a request: a burst must not close its own
 * connections.
 */
const MIN_IDLE_MS = 1_000;
/** A request head normally arrives at once. A connection that takes longer than this may be closed. */
const HEAD_TIMEOUT_MS = 2_000;

interface Connection {
  readonly socket: Socket;
  readonly peer: string;
  readonly isProxy: boolean;
  readonly isReserved: boolean;
  requests: number;
  idleSince: number;
  /** Bytes read at the last response. A higher number means that a request head is arriving. */
  readBefore: number;
  headSeenAt: number | null;
}

/**
 * Prevents a few peers, or many idle connections, from using all connections (OWASP ASVS 13.1.2). A connection with a request
 * in flight is never closed. Idle ones are closed, longest idle first: those of a peer that exceeds its limit, and those of
 * all peers when connections are nearly used up. When none is idle, new connections go to a small reserve that answers only
 * health probes.
 */
export class ConnectionLimiter {
  readonly #connections = new Map<Socket, Connection>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<Connection>();
  readonly #reserved = new Set<Connection>();
  readonly #countPerPeer = new Map<string, number>();

  /** @param onLimited called for each limited connection, with the peer of the new connection */
  constructor(
    private readonly limits: ConnectionLimitOptions,
    private readonly onLimited: (how: ConnectionLimitOutcome, peer: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Open connections, including reserved ones. */
  get size(): number {
    return this.#connections.size;
  }

  attachTo(server: Server): void {
    server.on('connection', (socket) => this.#accept(socket));
    server.prependListener('request', (request, response) => this.#beginRequest(request.socket, response));
  }

  /** Whether only health requests are answered on this connection. */
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
    if (isOverdrawn && !this.#closeIdle(peer, (connection) => !connection.isReserved && connection.peer === peer))
      return false;
    if (this.#unreservedCount < this.limits.shedFrom) return true;
    return this.#closeIdle(peer, (connection) => !connection.isReserved) || this.#unreservedCount < this.limits.sockets;
  }

  /** On a full reserve, a new connection replaces one without a request, of the same peer if that is at its limit. */
  #hasReserveFor(peer: string, isProxy: boolean): boolean {
    const ofPeer = [...this.#reserved].filter((connection) => connection.peer === peer);
    const isOverdrawn = !isProxy && ofPeer.length >= this.limits.reservedPerPeer;
    if (!isOverdrawn && this.#reserved.size < this.limits.reserved) return true;
    const silent = (isOverdrawn ? ofPeer : [...this.#reserved]).find(({ requests }) => requests === 0);
    if (silent) this.#destroy(silent);
    return silent !== undefined;
  }

  /** False when no connection may be closed. */
  #closeIdle(peer: string, isMeant: (connection: Connection) => boolean): boolean {
    let slow: Connection | undefined;
    for (const connection of this.#idle) {
      // The remaining connections have been idle for a shorter time.
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
