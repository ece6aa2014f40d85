import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { ensureBuilt } from './built.js';
import { hasDocker, pullImages } from './containers.js';
import { kcatProgram } from './own-kafka.js';
import { KINDS } from './probe.js';
import { ServiceDesk } from './service-desk.js';
import { isMissing } from './services.js';

interface Shared {
  readonly desk: Promise<ServiceDesk>;
  users: number;
}

// vitest loads this file once per project, each time as a new module: what they share hangs on globalThis
const SHARED = Symbol.for('foyer.test.services');
const holder = globalThis as { [SHARED]?: Shared };

/** Opens the desk where test files ask for services; those who start the program get it built. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (['e2e', 'mariadb', 'chaos'].includes(project.name)) ensureBuilt();
  const shared = holder[SHARED] ?? { desk: prepare(), users: 0 };
  holder[SHARED] = shared;
  shared.users++;
  const desk = await shared.desk;
  project.provide('serviceDesk', desk.url);
  return async () => {
    if (--shared.users > 0) return;
    delete holder[SHARED];
    console.log(await desk.summary());
    await desk.close();
  };
}

async function prepare(): Promise<ServiceDesk> {
  if (await hasDocker()) await pullImages().catch((error: Error) => console.log(`docker: ${error.message}`));
  else await installMissing();
  return ServiceDesk.open();
}

async function installMissing(): Promise<void> {
  const missing = await Promise.all(KINDS.map(async (kind) => ((await isMissing(kind)) ? kind : undefined)));
  const programs = kcatProgram() ? missing : [...missing, 'kcat'];
  const names = programs.filter((kind) => kind !== undefined).join(', ');
  if (!names || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return;
  const script = fileURLToPath(new URL('../../deploy/services.sh', import.meta.url));
  console.log(`services: ${names} missing, no Docker, and this is root on Debian or Ubuntu: running ${script}`);
  const { status } = spawnSync('sh', [script], { stdio: 'inherit' });
  if (status !== 0) console.log(`services: ${script} failed (${status}); suites that need ${names} will fail`);
}
