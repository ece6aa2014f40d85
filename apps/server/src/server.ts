import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OutboxRelays, SubscriberRegistry } from '#messaging';
import { JobWorker } from '#notifications';
import { type Settings } from '#platform/config';
import { createHttpServers } from '#platform/http-server';
import { SnapshotStore } from '#platform/in-memory';
import { Housekeeping } from '#platform/jobs';
import type { Infrastructure } from '#platform/module';
import { AppModule } from './app.module.js';
import { serveOpenApiDocs } from './openapi-docs.js';
import { listenError } from './startup-errors.js';

/**
 * The program, composed and listening.
 * @param beforeListen what must be done before anybody is answered, and before it says that it is ready
 */
export async function startServer(
  infrastructure: Infrastructure,
  beforeListen: (app: NestFastifyApplication) => Promise<void>,
): Promise<NestFastifyApplication> {
  const { settings, log, metrics, routes, health } = infrastructure;
  const { adapter, adminServer, createAdditionalServer } = createHttpServers({
    publicUrl: settings.publicUrl,
    corsOrigins: settings.corsOrigins,
    trustProxy: settings.trustProxy,
    isDraining: () => health.isDraining,
    adminPort: settings.adminPort,
    operationsOnly: settings.run === 'worker',
    log,
    metrics,
    routes,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(infrastructure), adapter, {
    logger: log,
    bodyParser: false,
    abortOnError: false,
  });
  if (settings.run !== 'worker') serveOpenApiDocs(app, settings.publicUrl);
  await app.init();
  await beforeListen(app);
  const [address = settings.host, ...more] = await resolveAddresses(settings.host);
  await app.listen(settings.port, address).catch((error: unknown) => {
    throw listenError(error, settings, 'PORT');
  });
  // A name may have addresses that are not there.
  for (const host of more) await listenOn(createAdditionalServer(), settings.port, host).catch(() => undefined);
  if (adminServer) await listenAdmin(adminServer, settings);
  if (settings.run !== 'api') startBackgroundWorkers(app);
  return app;
}

/** `localhost` is 127.0.0.1 and ::1. Fastify would make servers of its own for it, without our limits. */
async function resolveAddresses(host: string): Promise<readonly string[]> {
  if (host !== 'localhost') return [host];
  return [...new Set((await lookup(host, { all: true })).map(({ address }) => address))];
}

async function listenAdmin(adminServer: Server, { host, adminPort = 0 }: Settings): Promise<void> {
  await listenOn(adminServer, adminPort, host).catch((error: unknown) => {
    throw listenError(error, { host, port: adminPort }, 'ADMIN_PORT');
  });
}

async function listenOn(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

function startBackgroundWorkers(app: NestFastifyApplication): void {
  app.get(JobWorker).start();
  app.get(OutboxRelays).start();
  app.get(SubscriberRegistry).start();
  app.get(Housekeeping).start();
}

/**
 * No request is cut: not ready, a pause in which balancers look elsewhere while everything is still answered, nothing new
 * accepted, what runs is finished, then the modules close.
 */
export async function stopServer(
  app: NestFastifyApplication,
  { health }: Infrastructure,
  pauseMs: number,
): Promise<void> {
  health.startDraining();
  await setTimeout(pauseMs);
  await app.close();
  app.get(SnapshotStore).save();
}
