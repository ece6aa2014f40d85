import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { findService } from './find-service.js';
import { freshMariaDatabase, freshPostgresDatabase } from './fresh-databases.js';
import { freshRedis } from './fresh-redis.js';
import { freshVhost } from './fresh-vhost.js';
import { startRabbitMq } from './local-rabbitmq.js';
import { startMariaDb, startPostgres, startRedis } from './local-servers.js';
import { isListening } from './ports.js';
import { temporaryFolder } from './resource-reaper.js';
import { probeService, SERVICE_KINDS } from './service-probe.js';
import { requireService } from './shared-service.js';

/** Living processes that belong to session `sid` or name `text` on their command line. */
async function living(sid: number, text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'stat,sid,args']);
  const lines = stdout.split('\n').filter((line) => !line.startsWith('Z'));
  return lines.filter((line) => line.split(/\s+/)[1] === String(sid) || line.includes(text));
}

describe('the services of this run', () => {
  it.each(SERVICE_KINDS)('%s can be logged in to', async (kind) => {
    expect(await probeService(kind, (await requireService(kind)).url)).toBeUndefined();
  });

  it('are the same for everybody who asks', async () => {
    expect(await requireService('redis')).toEqual(await requireService('redis'));
  });

  it('say in one line what is missing, and do not replace a URL somebody gave', async () => {
    process.env['TEST_REDIS_URL'] = 'redis://127.0.0.1:1';
    const found = await findService('redis').finally(() => delete process.env['TEST_REDIS_URL']);
    expect(found).toMatchObject({ how: 'none', why: expect.stringContaining('TEST_REDIS_URL is set, but there:') });
  });
});

describe('fresh things', () => {
  it.each([freshPostgresDatabase, freshMariaDatabase])('%o: two are apart, and gone when dropped', async (make) => {
    const [one, other] = await Promise.all([make(), make()]);
    const kind = make === freshPostgresDatabase ? 'postgres' : 'mariadb';
    expect(one.url).not.toBe(other.url);
    await one.drop();
    await one.drop();
    expect(await probeService(kind, one.url)).toMatch(/does not exist|unknown database/i);
    expect(await probeService(kind, other.url)).toBeUndefined();
    await other.drop();
  });

  it('a database is dropped although somebody is connected', async () => {
    const { url, drop } = await freshPostgresDatabase();
    const client = new pg.Client(url);
    client.on('error', () => {});
    await client.connect();
    await client.query('create table t (id int)');
    await drop();
    expect(await probeService('postgres', url)).toMatch(/does not exist/);
  });

  it('vhosts are apart, and gone when dropped', async () => {
    const [one, other] = await Promise.all([freshVhost(), freshVhost()]);
    expect(await probeService('rabbitmq', one.url)).toBeUndefined();
    await one.drop();
    expect(await probeService('rabbitmq', one.url)).toMatch(/ConnectionClose/);
    expect(await probeService('rabbitmq', other.url)).toBeUndefined();
    await other.drop();
  });

  it('Redis: two are apart', async () => {
    const fresh = await Promise.all([freshRedis(), freshRedis()]);
    const [one, other] = fresh.map(({ url }) => new Redis(url));
    await one?.set('foyer:x', '1');
    expect(await other?.get('foyer:x')).toBeNull();
    expect(await one?.dbsize()).toBeLessThanOrEqual(2);
    for (const redis of [one, other]) redis?.disconnect();
    for (const { drop } of fresh) await drop();
  });
});

describe('servers of our own', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.end());

  it.each([startPostgres, startMariaDb, startRedis, startRabbitMq])(
    '%o: gone after stop, folder and all',
    async (start) => {
      const server = await start();
      const dir = /^.*foyer-test-\w+/.exec(readlinkSync(`/proc/${server.pid}/cwd`))?.[0] ?? '';
      expect([existsSync(dir), await isListening(server.port)]).toEqual([true, true]);
      expect(await living(server.pid, dir)).not.toEqual([]);
      await server.stop();
      expect([existsSync(dir), await isListening(server.port)]).toEqual([false, false]);
      await expect.poll(() => living(server.pid, dir)).toEqual([]);
    },
  );

  it('gone, folder and all, after the process that started them was killed', async () => {
    const victim = path.join(folder.path, 'victim');
    mkdirSync(victim);
    const guard = readFileSync(new URL('resource-reaper.ts', import.meta.url), 'utf8');
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    writeFileSync(
      path.join(folder.path, 'resource-reaper.mjs'),
      ts.transpileModule(guard, { compilerOptions }).outputText,
    );
    writeFileSync(path.join(folder.path, 'main.mjs'), KILLED_PROGRAM);
    const child = spawn(process.execPath, [path.join(folder.path, 'main.mjs'), victim]);
    const pid = Number(String((await once(child.stdout, 'data'))[0]));
    expect(await living(pid, victim)).toContainEqual(expect.stringContaining('sleep 600'));
    child.kill('SIGKILL');
    await expect.poll(() => existsSync(victim), { timeout: 5_000 }).toBe(false);
    await expect.poll(() => living(pid, victim), { timeout: 5_000 }).toEqual([]);
  });
});

const KILLED_PROGRAM = `
import { spawn } from 'node:child_process';
import { reapOnExit } from './resource-reaper.mjs';
const server = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
reapOnExit({ group: server.pid, dir: process.argv[2] });
console.log(server.pid);
`;
