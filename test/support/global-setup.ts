import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { hasDocker, pullImages } from './containers.js';
import { ensureBuilt } from './ensure-built.js';
import { needsInstallation } from './find-service.js';
import { kcatProgram } from './local-kafka.js';
import { SERVICE_KINDS } from './service-probe.js';
import { ServiceRegistry } from './service-registry.js';

interface SharedState {
  readonly registry: Promise<ServiceRegistry>;
  users: number;
}

// vitest loads this file once per project, each time as a new module: what they share hangs on globalThis
const SHARED = Symbol.for('foyer.test.services');
const holder = globalThis as { [SHARED]?: SharedState };

/** Opens the desk where test files ask for services; those who start the program get it built. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (['e2e', 'mariadb', 'chaos'].includes(project.name)) ensureBuilt();
  const shared = holder[SHARED] ?? { registry: openRegistry(), users: 0 };
  holder[SHARED] = shared;
  shared.users++;
  const desk = await shared.registry;
  project.provide('serviceRegistryUrl', desk.url);
  return async () => {
    if (--shared.users > 0) return;
    delete holder[SHARED];
    console.log(await desk.summary());
    await desk.close();
  };
}

async function openRegistry(): Promise<ServiceRegistry> {
  if (await hasDocker()) await pullImages().catch((error: Error) => console.log(`docker: ${error.message}`));
  else await installMissing();
  return ServiceRegistry.open();
}

async function installMissing(): Promise<void> {
  const missing = await Promise.all(
    SERVICE_KINDS.map(async (kind) => ((await needsInstallation(kind)) ? kind : undefined)),
  );
  const programs = kcatProgram() ? missing : [...missing, 'kcat'];
  const names = programs.filter((kind) => kind !== undefined).join(', ');
  if (!names || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return;
  const script = fileURLToPath(new URL('../../deploy/services.sh', import.meta.url));
  console.log(`services: ${names} missing, no Docker, and this is root on Debian or Ubuntu: running ${script}`);
  const { status } = spawnSync('sh', [script], { stdio: 'inherit' });
  if (status !== 0) console.log(`services: ${script} failed (${status}); suites that need ${names} will fail`);
}
