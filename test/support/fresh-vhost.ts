import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { findProgram } from './disposable-server.js';
import { requireService } from './shared-service.js';

export interface FreshVhost {
  /** amqp:// with the vhost in its path. */
  readonly url: string;
  readonly name: string;
  /** Base address of the management API with credentials, if this broker has one (ours and the container's have). */
  readonly management: string | undefined;
  /** Deletes it with its queues; connections into it are closed. */
  drop(): Promise<void>;
}

interface VhostAdmin {
  readonly management?: string;
  addVhost(name: string, user: string): Promise<void>;
  removeVhost(name: string): Promise<void>;
}

/** A RabbitMQ vhost of your own: no exchange, queue or message of anybody else. */
export async function freshVhost(): Promise<FreshVhost> {
  const broker = await requireService('rabbitmq');
  const way = await findVhostAdmin(broker.url, broker.management);
  const name = `foyer-test-${randomUUID()}`;
  const url = new URL(broker.url);
  await way.addVhost(name, decodeURIComponent(url.username) || 'guest');
  url.pathname = `/${name}`;
  return { url: url.href, name, management: way.management, drop: () => way.removeVhost(name) };
}

/** @throws Error where neither the management API nor rabbitmqctl works: a shared vhost would mix up tests and data. */
async function findVhostAdmin(broker: string, known: string | undefined): Promise<VhostAdmin> {
  const management = known ?? defaultManagementUrl(broker);
  if (await callManagementApi(management, 'GET', '/api/overview').then(Boolean, () => false))
    return httpVhostAdmin(management);
  const program = isLocal(broker) ? findProgram(['rabbitmqctl']) : undefined;
  if (program && (await rabbitmqctl(program, 'list_vhosts').then(Boolean, () => false)))
    return rabbitmqctlVhostAdmin(program);
  const shown = broker.replace(/\/\/.*@/, '//');
  throw new Error(
    `no vhost for the tests: ${shown} has no management API on port 15672 (rabbitmq-plugins enable rabbitmq_management) and rabbitmqctl does not work here`,
  );
}

const isLocal = (broker: string): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(broker).hostname);

function defaultManagementUrl(broker: string): string {
  const { username, password, hostname } = new URL(broker);
  return `http://${username || 'guest'}:${password || 'guest'}@${hostname}:15672`;
}

const httpVhostAdmin = (management: string): VhostAdmin => ({
  management,
  async addVhost(name, user) {
    await callManagementApi(management, 'PUT', `/api/vhosts/${name}`);
    await callManagementApi(management, 'PUT', `/api/permissions/${name}/${encodeURIComponent(user)}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
  },
  removeVhost: (name) => callManagementApi(management, 'DELETE', `/api/vhosts/${name}`).then(() => {}),
});

const rabbitmqctlVhostAdmin = (program: string): VhostAdmin => ({
  async addVhost(name, user) {
    await rabbitmqctl(program, 'add_vhost', name);
    await rabbitmqctl(program, 'set_permissions', '-p', name, user, '.*', '.*', '.*');
  },
  removeVhost: (name) => rabbitmqctl(program, 'delete_vhost', name).then(() => {}),
});

const rabbitmqctl = (program: string, ...args: string[]) =>
  promisify(execFile)(program, ['--quiet', ...args], { timeout: 20_000 });

async function callManagementApi(base: string, method: string, path: string, json: object = {}): Promise<string> {
  const { username, password, origin } = new URL(base);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Basic ${login}`, 'content-type': 'application/json' },
    ...(method === 'PUT' ? { body: JSON.stringify(json) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok && !(method === 'DELETE' && response.status === 404))
    throw new Error(`RabbitMQ management: ${method} ${path} answered ${response.status} ${text}`);
  return text || 'done';
}
