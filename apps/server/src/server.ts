import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Relays, Subscribers } from '#messaging';
import { Dispatcher } from '#notifications';
import { createHttpServers, Housekeeping, type Settings, Snapshots } from '#platform';
import type { Foundations } from '#platform/module';
import { AppModule } from './app.module.js';
import { serveDocs } from './docs.js';
import { noListening } from './reach.js';

/**
 * The program, composed and listening.
 * @param prepare what must be done before anybody is answered, and before it says that it is ready
 */
export async function serve(
  foundations: Foundations,
  prepare: (app: NestFastifyApplication) => Promise<void>,
): Promise<NestFastifyApplication> {
  const { settings, log, metrics, routes, health } = foundations;
  const { adapter, adminServer } = createHttpServers({
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
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.on(foundations), adapter, {
    logger: log,
    bodyParser: false,
    abortOnError: false,
  });
  if (settings.run !== 'worker') serveDocs(app, settings.publicUrl);
  await app.init();
  await prepare(app);
  await app.listen(settings.port, settings.host).catch((error: unknown) => {
    throw noListening(error, settings, 'PORT');
  });
  if (adminServer) await listen(adminServer, settings);
  if (settings.run !== 'api') startBackgroundWork(app);
  return app;
}

async function listen(adminServer: Server, { host, adminPort = 0 }: Settings): Promise<void> {
  adminServer.listen(adminPort, host);
  await once(adminServer, 'listening').catch((error: unknown) => {
    throw noListening(error, { host, port: adminPort }, 'ADMIN_PORT');
  });
}

function startBackgroundWork(app: NestFastifyApplication): void {
  app.get(Dispatcher).start();
  app.get(Relays).start();
  app.get(Subscribers).start();
  app.get(Housekeeping).start();
}

/**
 * No request is cut: not ready, a pause in which balancers look elsewhere while everything is still answered, nothing new
 * accepted, what runs is finished, then the modules close.
 */
export async function stop(app: NestFastifyApplication, { health }: Foundations, pauseMs: number): Promise<void> {
  health.drain();
  await setTimeout(pauseMs);
  await app.close();
  app.get(Snapshots).save();
}
