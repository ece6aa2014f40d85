import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { service } from './service.js';
import { findProgram } from './throw-away.js';

export interface FreshVhost {
  /** amqp:// with the vhost in its path. */
  readonly url: string;
  readonly name: string;
  /** Base address of the management API with credentials, if this broker has one (ours and the container's have). */
  readonly management: string | undefined;
  /** Deletes it with its queues; connections into it are closed. */
  drop(): Promise<void>;
}

interface Way {
  readonly management?: string;
  add(name: string, user: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A RabbitMQ vhost of your own: no exchange, queue or message of anybody else. */
export async function freshVhost(): Promise<FreshVhost> {
  const broker = await service('rabbitmq');
  const way = await wayToMakeVhosts(broker.url, broker.management);
  const name = `foyer-test-${randomUUID()}`;
  const url = new URL(broker.url);
  await way.add(name, decodeURIComponent(url.username) || 'guest');
  url.pathname = `/${name}`;
  return { url: url.href, name, management: way.management, drop: () => way.remove(name) };
}

/** @throws Error where neither the management API nor rabbitmqctl works: a shared vhost would mix up tests and data. */
async function wayToMakeVhosts(broker: string, known: string | undefined): Promise<Way> {
  const management = known ?? usualManagement(broker);
  if (await call(management, 'GET', '/api/overview').then(Boolean, () => false)) return overHttp(management);
  const program = isLocal(broker) ? findProgram(['rabbitmqctl']) : undefined;
  if (program && (await rabbitmqctl(program, 'list_vhosts').then(Boolean, () => false))) return overCommand(program);
  const shown = broker.replace(/\/\/.*@/, '//');
  throw new Error(
    `no vhost for the tests: ${shown} has no management API on port 15672 (rabbitmq-plugins enable rabbitmq_management) and rabbitmqctl does not work here`,
  );
}

const isLocal = (broker: string): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(broker).hostname);

function usualManagement(broker: string): string {
  const { username, password, hostname } = new URL(broker);
  return `http://${username || 'guest'}:${password || 'guest'}@${hostname}:15672`;
}

const overHttp = (management: string): Way => ({
  management,
  async add(name, user) {
    await call(management, 'PUT', `/api/vhosts/${name}`);
    await call(management, 'PUT', `/api/permissions/${name}/${encodeURIComponent(user)}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
  },
  remove: (name) => call(management, 'DELETE', `/api/vhosts/${name}`).then(() => {}),
});

const overCommand = (program: string): Way => ({
  async add(name, user) {
    await rabbitmqctl(program, 'add_vhost', name);
    await rabbitmqctl(program, 'set_permissions', '-p', name, user, '.*', '.*', '.*');
  },
  remove: (name) => rabbitmqctl(program, 'delete_vhost', name).then(() => {}),
});

const rabbitmqctl = (program: string, ...args: string[]) =>
  promisify(execFile)(program, ['--quiet', ...args], { timeout: 20_000 });

async function call(base: string, method: string, path: string, json: object = {}): Promise<string> {
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
