import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { isAlive } from './processes.js';
import { TestHome, testUsers } from './testing/test-home.js';
import { buildProgram, query } from './testing/test-program.js';

let program: string;
let main: string;

beforeAll(async () => {
  program = mkdtempSync(path.join(tmpdir(), 'foyer-program-'));
  main = await buildProgram(program);
});
afterAll(() => rmSync(program, { recursive: true, force: true }));

const until = (check: () => unknown) =>
  vi.waitFor(() => expect(check()).toBeTruthy(), { timeout: 15_000, interval: 5 });
const rows = (url: string) => query(url, 'select n from acked order by n');
const startThree = (home: TestHome) => Promise.all([home.start(), home.start(), home.start()]);

describe.each(testUsers)('a new embedded server of $name', (user) => {
  let home: TestHome;

  beforeEach(() => {
    home = new TestHome(main, user);
  });
  afterEach(async () => {
    expect(await home.cleanUp(), 'a server was left running').toBeUndefined();
  });

  it('isolates itself, keeps its rows, and starts faster the second time', async () => {
    const first = await home.start();
    expect(first).toMatchObject({ owned: true, mode: user.mode });
    expect(new URL(first.url).pathname).toBe('/foyer');
    expect(statSync(home.dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(`${home.dataDir}.password`).mode & 0o777).toBe(0o600);
    await expect(query(first.url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
    await query(first.url, 'create table acked as select 1 as n');
    await home.latest.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await home.start();
    expect(await rows(second.url)).toEqual([{ n: 1 }]);
    expect(second.milliseconds).toBeLessThan(first.milliseconds);
    console.log(`first start ${first.milliseconds} ms, restart ${second.milliseconds} ms (${user.mode})`);
  });

  it('runs one server when three processes start at once', async () => {
    const all = await startThree(home);
    expect(new Set(all.map((it) => it.pid)).size).toBe(1);
    expect(all.filter((it) => it.owned)).toHaveLength(1);
    await Promise.all(home.programs.map((it) => it.stop()));
    expect(isAlive(all[0].pid)).toBe(false);
  });

  it('recovers from an initdb that was killed', async () => {
    const parent = path.dirname(home.dataDir);
    const entries = () => (existsSync(parent) ? readdirSync(parent) : []);
    const killed = home.run();
    killed.outcome.catch(() => {});
    await until(() => entries().some((entry) => existsSync(path.join(parent, entry, 'data', 'PG_VERSION'))));
    await killed.kill();
    expect(existsSync(home.dataDir)).toBe(false);

    expect(await home.start()).toMatchObject({ owned: true });
    await home.latest.stop();
    await home.start();
    expect(entries().filter((entry) => entry.includes('initdb'))).toEqual([]);
  });
});

describe.each(testUsers)('an embedded server of $name', (user) => {
  let template: TestHome;
  let home: TestHome;
  let unrelated: ChildProcess | undefined;

  beforeAll(async () => {
    template = new TestHome(main, user);
    await template.start();
    await template.latest.stop();
  });
  afterAll(() => template.cleanUp());

  beforeEach(() => {
    home = new TestHome(main, user, template);
  });
  afterEach(async () => {
    unrelated?.kill('SIGKILL');
    expect(await home.cleanUp(), 'a server was left running').toBeUndefined();
  });

  it('listens on the loopback interface only, and flushes every commit to disk', async () => {
    const { url } = await home.start();
    const expected = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      synchronous_commit: 'on',
    };
    const settings = Object.keys(expected).map((name) => `current_setting('${name}') as ${name}`);
    expect(await query(url, `select ${settings.join(', ')}`)).toEqual([expected]);
  });

  it('passes to another process, which stops it in the end, when its owner is killed', async () => {
    const orphan = await home.start();
    await home.latest.kill();
    expect(await home.start()).toMatchObject({ pid: orphan.pid, port: orphan.port, owned: true });
    await home.latest.stop();
    expect(isAlive(orphan.pid)).toBe(false);
  });

  it('runs until its last user leaves, whoever started it', async () => {
    const [first, second] = [await home.start(), await home.start()];
    expect(second).toMatchObject({ pid: first.pid, owned: false });
    await home.programs[0]?.stop();
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await home.programs[1]?.stop();
    expect(isAlive(first.pid)).toBe(false);
  });

  it('restarts on its port after its postmaster was killed, with every acknowledged row', async () => {
    const { url, pid } = await home.start();
    await query(url, 'create table acked (n int)');
    const acked: { n: number }[] = [];
    const writer = (async () => {
      for (let n = 1; ; n++) {
        await query(url, `insert into acked values (${n})`);
        acked.push({ n });
      }
    })().catch(() => {});
    await until(() => acked.length >= 20);
    process.kill(pid, 'SIGKILL');
    await writer;
    await vi.waitFor(async () => expect((await rows(url)).slice(0, acked.length)).toEqual(acked), { timeout: 15_000 });
  });

  it('starts again after server and process were killed together', async () => {
    const first = await home.start();
    await query(first.url, 'create table acked as select 1 as n');
    await home.latest.kill();
    process.kill(first.pid, 'SIGKILL');
    const second = await home.start();
    expect(second).toMatchObject({ owned: true, port: first.port });
    expect(await rows(second.url)).toEqual([{ n: 1 }]);
  });

  it('runs one server when three processes find a dead one and a dead holder of the lock', async () => {
    const { pid } = await home.start();
    await home.latest.kill();
    process.kill(pid, 'SIGKILL');
    writeFileSync(`${home.dataDir}.lock`, '4194304:1:nobody');
    const all = await startThree(home);
    expect(new Set(all.map((it) => it.pid)).size).toBe(1);
    expect(all.filter((it) => it.owned)).toHaveLength(1);
  });

  it('ignores a lock file that names an unrelated process', async () => {
    const [file = '', ...args] = [...user.prefix, 'sleep', '60'];
    unrelated = spawn(file, args, { stdio: 'ignore' });
    const lines = [unrelated.pid, home.dataDir, 1, 5432, '', '127.0.0.1', '', 'ready', ''];
    writeFileSync(path.join(home.dataDir, 'postmaster.pid'), lines.join('\n'));
    expect(await home.start()).toMatchObject({ owned: true });
    expect(unrelated.exitCode).toBeNull();
  });
});

it('shares the server between two calls in one process, and stops it with the last', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'foyer-embedded-'));
  const start = () => startEmbeddedPostgres({ dataDir: path.join(folder, 'pg') });
  const [first, second] = await Promise.all([start(), start()]);
  expect(first.pid).toBe(second.pid);
  await Promise.all([first.stop(), first.stop()]);
  expect(await query(second.url('postgres'), 'select 1 as n')).toEqual([{ n: 1 }]);
  await second.stop();
  expect(isAlive(first.pid)).toBe(false);
  rmSync(folder, { recursive: true, force: true });
});
