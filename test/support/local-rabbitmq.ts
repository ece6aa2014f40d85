import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram, minimalEnvironment, startDisposableServer } from './disposable-server.js';
import { type LocalServer, ProgramNotInstalledError } from './local-servers.js';
import { freePort, isListening } from './ports.js';
import { temporaryFolder } from './resource-reaper.js';

/** Debian's wrapper in /usr/sbin wants root and switches to the user rabbitmq: the script behind it comes first. */
export const rabbitMqProgram = (): string | undefined => findProgram(['rabbitmq-server'], ['/usr/lib/rabbitmq/bin']);

export interface LocalRabbitMq extends LocalServer {
  /** Base address of the management API, with the credentials. */
  readonly management: string;
  /** Kills it (SIGKILL) and starts it again on the same ports and data. */
  restart(): Promise<void>;
  /** rabbitmqctl, which takes seconds. */
  runRabbitmqctl(...args: string[]): Promise<void>;
}

/**
 * A RabbitMQ node of our own with the management API (it makes a vhost in 40 ms; rabbitmqctl takes seconds).
 * Takes 6 to 8 s to start on two cores.
 */
export async function startRabbitMq(): Promise<LocalRabbitMq> {
  const program = rabbitMqProgram();
  const portMapper = findProgram(['epmd'], ['/usr/lib/erlang/bin']);
  if (!program || !portMapper) throw new ProgramNotInstalledError('rabbitmq-server is not installed');
  const [port, management, distribution, epmd] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const folder = temporaryFolder();
  const dir = folder.path;
  writeFileSync(path.join(dir, 'enabled_plugins'), '[rabbitmq_management].\n');
  writeFileSync(path.join(dir, 'rabbit.conf'), configuration(port, management));
  // epmd in the foreground beside it: started by the node it would become a daemon that outlives us
  const script = `"$1" -address 127.0.0.1 -port ${epmd} & exec "$2"`;
  const api = `http://guest:guest@127.0.0.1:${management}`;
  const env = environment(dir, { port, distribution, epmd });
  const start = () =>
    startDisposableServer({
      command: ['sh', '-c', script, 'sh', portMapper, program],
      folder,
      env,
      ready: async () => (await isListening(port)) && (await isListening(management)),
    });
  let server = await start();
  return {
    get pid() {
      return server.pid;
    },
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    port,
    management: api,
    stop: () => server.stop(),
    async restart() {
      process.kill(-server.pid, 'SIGKILL');
      while (await isListening(port)) await sleep(25);
      server = await start();
    },
    async runRabbitmqctl(...args) {
      const control = findProgram(['rabbitmqctl'], ['/usr/lib/rabbitmq/bin']);
      if (!control) throw new ProgramNotInstalledError('rabbitmqctl is not installed');
      await promisify(execFile)(control, ['--quiet', ...args], {
        timeout: 60_000,
        env: { ...minimalEnvironment(), ...env },
      });
    },
  };
}

const configuration = (port: number, management: number): string =>
  [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${management}`,
    'vm_memory_high_watermark.absolute = 512MB',
    'disk_free_limit.absolute = 50MB',
    '',
  ].join('\n');

const environment = (
  dir: string,
  ports: { port: number; distribution: number; epmd: number },
): Record<string, string> => ({
  HOME: dir, // the Erlang cookie is written there
  ERL_EPMD_ADDRESS: '127.0.0.1',
  ERL_EPMD_PORT: String(ports.epmd),
  RABBITMQ_NODENAME: `foyer${ports.port}@localhost`,
  RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
  RABBITMQ_NODE_PORT: String(ports.port),
  RABBITMQ_DIST_PORT: String(ports.distribution),
  RABBITMQ_MNESIA_BASE: path.join(dir, 'mnesia'),
  RABBITMQ_LOG_BASE: path.join(dir, 'log'),
  RABBITMQ_PID_FILE: path.join(dir, 'pid'),
  RABBITMQ_ENABLED_PLUGINS_FILE: path.join(dir, 'enabled_plugins'),
  RABBITMQ_CONFIG_FILE: path.join(dir, 'rabbit'),
  RABBITMQ_CONF_ENV_FILE: '/dev/null',
  RABBITMQ_ALLOW_INPUT: '1', // exec the node instead of keeping a shell around it
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput -kernel inet_dist_use_interface {127,0,0,1} +sbwt none',
});
