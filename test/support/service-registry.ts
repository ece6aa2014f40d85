import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { findService, type Service, type Unavailable } from './find-service.js';
import { SERVICE_KINDS, type ServiceKind } from './service-probe.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where test files ask for services, see `service()`. */
    serviceRegistryUrl: string;
  }
}

/** What a test file learns about a service. */
export type ServiceLookup = Omit<Service, 'stop'> | Unavailable;

/**
 * Lives in vitest's main process and starts a service the first time any test file asks for it (over loopback HTTP:
 * starting RabbitMQ for a run that only needs Redis would cost seconds). What it started, it stops.
 */
export class ServiceRegistry {
  readonly #services = new Map<ServiceKind, Promise<Service | Unavailable>>();
  readonly #seconds = new Map<ServiceKind, number>();
  readonly #secret = randomUUID();
  readonly #server = http.createServer((request, response) => void this.#answer(request, response));

  static async open(): Promise<ServiceRegistry> {
    const desk = new ServiceRegistry();
    await new Promise<void>((resolve) => desk.#server.listen(0, '127.0.0.1', resolve));
    desk.#server.unref();
    return desk;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${this.#secret}`;
  }

  getService(kind: ServiceKind): Promise<Service | Unavailable> {
    const found = this.#services.get(kind) ?? this.#startService(kind);
    this.#services.set(kind, found);
    return found;
  }

  /** One line: what was asked for, where it came from, how long it took. */
  async summary(): Promise<string> {
    const lines = [...this.#services].map(async ([kind, found]) => {
      const { how } = await found;
      return `${kind}=${how} (${this.#seconds.get(kind)?.toFixed(1)} s)`;
    });
    return `services: ${(await Promise.all(lines)).join(' ') || 'none asked for'}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    const all = await Promise.all(this.#services.values());
    await Promise.all(all.map((found) => (found.how === 'none' ? undefined : found.stop())));
  }

  async #startService(kind: ServiceKind): Promise<Service | Unavailable> {
    const start = performance.now();
    const found = await findService(kind);
    this.#seconds.set(kind, (performance.now() - start) / 1000);
    return found;
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const kind = SERVICE_KINDS.find((name) => request.url === `/${this.#secret}/${name}`);
    const found = kind && (await this.getService(kind));
    const json = JSON.stringify(found ?? null, ['how', 'url', 'management', 'why']);
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(json);
  }
}
