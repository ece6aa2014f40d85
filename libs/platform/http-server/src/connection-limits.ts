import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { sourcePrefix } from '#platform/http';

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
export type Limited = 'idle_closed' | 'reserved' | 'refused';

/** Who has just come, or was just answered, may be about to ask: a burst must not cut itself. */
const FRESH_MS = 1_000;
/** A request head arrives in one go. Who takes longer than this may have to give way. */
const HEAD_PATIENCE_MS = 2_000;

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
export class ConnectionLimits {
  readonly #all = new Map<Socket, Connection>();
  /** In the order in which they fell idle. */
  readonly #idle = new Set<Connection>();
  readonly #reserved = new Set<Connection>();
  readonly #perPeer = new Map<string, number>();

  /** @param limited told of each connection that was limited, with the peer that came */
  constructor(
    private readonly limits: ConnectionLimitOptions,
    private readonly limited: (how: Limited, peer: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Connections at this moment, those that are reserved included. */
  get size(): number {
    return this.#all.size;
  }

  watch(server: Server): void {
    server.on('connection', (socket) => this.#come(socket));
    server.prependListener('request', (request, response) => this.#begin(request.socket, response));
  }

  /** On such a connection nothing but health is answered. */
  isReserved(socket: Socket): boolean {
    return this.#all.get(socket)?.isReserved ?? false;
  }

  #come(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const [peer, isProxy] = [sourcePrefix(address), this.limits.isProxy(address)];
    const isReserved = !this.#hasRoomFor(peer, isProxy);
    if (isReserved && !this.#hasReserveFor(peer, isProxy)) {
      this.limited('refused', peer);
      return void socket.destroy();
    }
    const fixed = { socket, peer, isProxy, isReserved };
    const connection: Connection = { ...fixed, requests: 0, idleSince: 0, readBefore: 0, headSeenAt: null };
    this.#all.set(socket, connection);
    this.#fallIdle(connection);
    if (isReserved) this.#reserved.add(connection);
    else if (!isProxy) this.#perPeer.set(peer, this.#ofPeer(peer) + 1);
    if (isReserved) this.limited('reserved', peer);
    socket.once('close', () => this.#forget(connection));
  }

  #begin(socket: Socket, response: ServerResponse): void {
    const connection = this.#all.get(socket);
    if (!connection) return;
    connection.requests++;
    this.#idle.delete(connection);
    response.once('close', () => this.#end(connection));
  }

  #end(connection: Connection): void {
    connection.requests--;
    if (connection.requests === 0 && this.#all.has(connection.socket)) this.#fallIdle(connection);
  }

  #fallIdle(connection: Connection): void {
    connection.idleSince = this.now();
    connection.readBefore = connection.socket.bytesRead;
    connection.headSeenAt = null;
    this.#idle.add(connection);
  }

  #hasRoomFor(peer: string, isProxy: boolean): boolean {
    const isOverdrawn = !isProxy && this.#ofPeer(peer) >= this.limits.socketsPerPeer;
    if (isOverdrawn && !this.#closeIdle(peer, (one) => !one.isReserved && one.peer === peer)) return false;
    if (this.#ordinary < this.limits.shedFrom) return true;
    return this.#closeIdle(peer, (one) => !one.isReserved) || this.#ordinary < this.limits.sockets;
  }

  /** The newest may ask: who says nothing on a reserved connection gives way to the next, of the same peer if it has many. */
  #hasReserveFor(peer: string, isProxy: boolean): boolean {
    const ofPeer = [...this.#reserved].filter((one) => one.peer === peer);
    const isOverdrawn = !isProxy && ofPeer.length >= this.limits.reservedPerPeer;
    if (!isOverdrawn && this.#reserved.size < this.limits.reserved) return true;
    const silent = (isOverdrawn ? ofPeer : [...this.#reserved]).find(({ requests }) => requests === 0);
    if (silent) this.#cut(silent);
    return silent !== undefined;
  }

  /** False when there is none that may be closed. */
  #closeIdle(peer: string, isMeant: (connection: Connection) => boolean): boolean {
    let slow: Connection | undefined;
    for (const connection of this.#idle) {
      // Whoever follows is fresher still.
      if (this.now() - connection.idleSince < FRESH_MS) break;
      if (!isMeant(connection)) continue;
      if (connection.socket.bytesRead === connection.readBefore) return this.#give(connection, peer);
      connection.headSeenAt ??= this.now();
      if (this.now() - connection.headSeenAt >= HEAD_PATIENCE_MS) slow ??= connection;
    }
    return slow !== undefined && this.#give(slow, peer);
  }

  #give(connection: Connection, peer: string): true {
    this.#cut(connection);
    this.limited('idle_closed', peer);
    return true;
  }

  #cut(connection: Connection): void {
    this.#forget(connection);
    connection.socket.destroy();
  }

  #forget(connection: Connection): void {
    const { socket, peer, isProxy, isReserved } = connection;
    if (!this.#all.delete(socket)) return;
    this.#idle.delete(connection);
    this.#reserved.delete(connection);
    if (isReserved || isProxy) return;
    const left = this.#ofPeer(peer) - 1;
    if (left > 0) this.#perPeer.set(peer, left);
    else this.#perPeer.delete(peer);
  }

  get #ordinary(): number {
    return this.#all.size - this.#reserved.size;
  }

  #ofPeer(peer: string): number {
    return this.#perPeer.get(peer) ?? 0;
  }
}
