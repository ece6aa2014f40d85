import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { probeService, SERVICE_KINDS, type ServiceKind } from './service-probe.js';

interface Container {
  readonly ports: readonly [number, ...number[]];
  readonly env: Readonly<Record<string, string>>;
  url(host: string, port: number): string;
}

const CONTAINERS: Record<ServiceKind, Container> = {
  postgres: {
    ports: [5432],
    env: { POSTGRES_PASSWORD: 'tests' },
    url: (host, port) => `postgres://postgres:tests@${host}:${port}/postgres`,
  },
  mariadb: {
    ports: [3306],
    env: { MARIADB_ROOT_PASSWORD: 'tests' },
    url: (host, port) => `mysql://root:tests@${host}:${port}`,
  },
  redis: { ports: [6379], env: {}, url: (host, port) => `redis://${host}:${port}` },
  rabbitmq: { ports: [5672, 15672], env: {}, url: (host, port) => `amqp://guest:guest@${host}:${port}` },
};

/** The image docker-compose.yml names for it, so that there is one place to change a version. */
function imageOf(kind: ServiceKind): string {
  const file = new URL('../../docker-compose.yml', import.meta.url);
  const { services } = parse(readFileSync(file, 'utf8')) as {
    services: Record<string, { image?: string } | undefined>;
  };
  const image = services[kind]?.image;
  if (!image) throw new Error(`docker-compose.yml names no image for ${kind}`);
  return image;
}

let dockerCheck: Promise<boolean> | undefined;

/** Whether a container runtime answers; decided within 3 s, at once where there is no socket to ask. */
export const hasDocker = (): Promise<boolean> => {
  dockerCheck ??= mayHaveDocker().then((maybe) => maybe && askDocker());
  return dockerCheck;
};

// importing testcontainers takes most of a second, and a silent daemon would keep its client waiting: look first
async function mayHaveDocker(): Promise<boolean> {
  const { DOCKER_HOST, TESTCONTAINERS_HOST_OVERRIDE, XDG_RUNTIME_DIR } = process.env;
  const home = os.homedir();
  const elsewhere = TESTCONTAINERS_HOST_OVERRIDE || (DOCKER_HOST && !DOCKER_HOST.startsWith('unix://'));
  if (elsewhere || process.platform === 'win32' || existsSync(`${home}/.testcontainers.properties`)) return true;
  const usual = ['/var/run', `${home}/.docker/run`, `${home}/.docker/desktop`, XDG_RUNTIME_DIR ?? '/run'];
  const sockets = DOCKER_HOST ? [DOCKER_HOST.slice('unix://'.length)] : usual.map((dir) => `${dir}/docker.sock`);
  return (await Promise.all(sockets.map(answersPing))).includes(true);
}

const answersPing = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ping', agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy()).once('error', () => resolve(false));
  });

async function askDocker(): Promise<boolean> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const found = getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  return Promise.race([found, sleep(3_000, false, { ref: false })]);
}

/** Pulls the images that are not here yet; the first time this can take minutes, so it happens outside of any test. */
export async function pullImages(): Promise<void> {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  const { image } = await getContainerRuntimeClient();
  const names = SERVICE_KINDS.map((kind) => ImageName.fromString(imageOf(kind)));
  await Promise.all(names.map((name) => image.pull(name)));
}

/** Starts a container and waits until one can log in, at most 60 s. Its reaper removes it if we cannot. */
export async function startContainer(kind: ServiceKind) {
  const { GenericContainer } = await import('testcontainers');
  const { ports, env, url } = CONTAINERS[kind];
  const image = imageOf(kind);
  const container = await new GenericContainer(image)
    .withExposedPorts(...ports)
    .withEnvironment(env)
    .start();
  const address = url(container.getHost(), container.getMappedPort(ports[0]));
  let problem = await probeService(kind, address);
  for (const deadline = Date.now() + 60_000; problem && Date.now() < deadline; await sleep(200))
    problem = await probeService(kind, address);
  if (problem) throw new Error(`${image}: ${problem}`);
  const management = ports[1] && `http://guest:guest@${container.getHost()}:${container.getMappedPort(ports[1])}`;
  return {
    url: address,
    ...(management ? { management } : {}),
    stop: async (): Promise<void> => {
      await container.stop();
    },
  };
}
