import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { readPostmasterFile } from './postmaster-file.js';
import { isAlive } from './processes.js';
import { buildProgram, Program, query, type Started } from './testing/program.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const identities = isRoot
  ? [
      { name: 'root', prefix: [], mode: 'userns' },
      { name: 'a plain user', prefix: NOBODY, mode: 'user' },
    ]
  : [{ name: 'a plain user', prefix: [], mode: 'user' }];

let program: string;
let main: string;

beforeAll(async () => {
  program = mkdtempSync(path.join(tmpdir(), 'foyer-program-'));
  await chmod(program, 0o755);
  main = await buildProgram(program);
});
afterAll(() => rmSync(program, { recursive: true, force: true }));

describe.each(identities)('the embedded server of $name', ({ prefix, mode }) => {
  let template: string;
  let home: string;
  let dataDir: string;
  let programs: Program[];
  let stranger: ChildProcess | undefined;

  const run = (): Program => {
    const it = Program.run(main, dataDir, prefix);
    programs.push(it);
    return it;
  };
  const start = (): Promise<Started> => run().started();
  const running = (): Program => programs.at(-1) as Program;
  const until = (check: () => unknown) =>
    vi.waitFor(() => expect(check()).toBeTruthy(), { timeout: 15_000, interval: 5 });
  const rows = (url: string) => query(url, 'select n from acked order by n');

  const makeHome = async (): Promise<string> => {
    const folder = mkdtempSync(path.join(tmpdir(), 'foyer-embedded-'));
    if (prefix.length > 0) await chown(folder, 65534, 65534);
    return folder;
  };
  /** Spares a test that is not about it the half second of initdb. */
  const useExistingCluster = () => execFileSync('cp', ['-a', `${template}/.`, home]);

  beforeAll(async () => {
    template = await makeHome();
    const made = Program.run(main, path.join(template, 'data', 'pg'), prefix);
    await made.started();
    await made.stop();
  });
  afterAll(() => rmSync(template, { recursive: true, force: true }));

  beforeEach(async () => {
    home = await makeHome();
    dataDir = path.join(home, 'data', 'pg');
    programs = [];
  });

  afterEach(async () => {
    stranger?.kill('SIGKILL');
    for (const it of programs) await it.stop();
    const left = readPostmasterFile(dataDir);
    if (left && isAlive(left.pid)) process.kill(left.pid, 'SIGQUIT');
    rmSync(home, { recursive: true, force: true });
    expect(left, 'a server was left running').toBeUndefined();
  });

  it('starts on a fresh folder, keeps what is its own to itself, and starts again faster', async () => {
    const first = await start();
    expect(first).toMatchObject({ owned: true, mode });
    expect(new URL(first.url).pathname).toBe('/foyer');
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(`${dataDir}.password`).mode & 0o777).toBe(0o600);
    const settings = await query(
      first.url,
      `select ${['listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit', 'password_encryption']
        .map((name) => `current_setting('${name}') as ${name}`)
        .join(', ')}`,
    );
    expect(settings).toEqual([
      {
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        fsync: 'on',
        synchronous_commit: 'on',
        password_encryption: 'scram-sha-256',
      },
    ]);
    await expect(query(first.url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
    await query(first.url, 'create table acked as select 1 as n');
    await running().stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(await rows(second.url)).toEqual([{ n: 1 }]);
    expect(second.milliseconds).toBeLessThan(first.milliseconds);
    console.log(`first start ${first.milliseconds} ms, restart ${second.milliseconds} ms (${mode})`);
  });

  it('becomes the owner of an orphan whose process was killed, and stops it in the end', async () => {
    useExistingCluster();
    const orphan = await start();
    await running().kill();
    expect(await start()).toMatchObject({ pid: orphan.pid, port: orphan.port, owned: true });
    await running().stop();
    expect(isAlive(orphan.pid)).toBe(false);
  });

  it('goes on until its last user leaves, whoever started it', async () => {
    useExistingCluster();
    const [first, second] = [await start(), await start()];
    expect(second).toMatchObject({ pid: first.pid, owned: false });
    await programs[0]?.stop();
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await programs[1]?.stop();
    expect(isAlive(first.pid)).toBe(false);
  });

  it('comes back on its port after its postmaster was killed, with every acknowledged row', async () => {
    useExistingCluster();
    const { url, pid } = await start();
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

  it('starts again when server and process were killed together', async () => {
    useExistingCluster();
    const first = await start();
    await query(first.url, 'create table acked as select 1 as n');
    await running().kill();
    process.kill(first.pid, 'SIGKILL');
    const second = await start();
    expect(second).toMatchObject({ owned: true, port: first.port });
    expect(await rows(second.url)).toEqual([{ n: 1 }]);
  });

  it('is not taken in by a lock file that names a stranger', async () => {
    useExistingCluster();
    const [file = '', ...args] = [...prefix, 'sleep', '60'];
    stranger = spawn(file, args, { stdio: 'ignore' });
    const lines = [stranger.pid, dataDir, 1, 5432, '', '127.0.0.1', '', 'ready', ''];
    writeFileSync(path.join(dataDir, 'postmaster.pid'), lines.join('\n'));
    expect(await start()).toMatchObject({ owned: true });
    expect(stranger.exitCode).toBeNull();
  });

  it('is one server when three processes start at once on a fresh folder', async () => {
    const all = await Promise.all([run(), run(), run()].map((it) => it.started()));
    expect(new Set(all.map((it) => it.pid)).size).toBe(1);
    expect(all.filter((it) => it.owned)).toHaveLength(1);
    await Promise.all(programs.map((it) => it.stop()));
    expect(isAlive(all[0]?.pid ?? 0)).toBe(false);
  });

  it('is one server when three processes find a dead one and a dead holder of the lock', async () => {
    useExistingCluster();
    const { pid } = await start();
    await running().kill();
    process.kill(pid, 'SIGKILL');
    writeFileSync(`${dataDir}.lock`, '4194304:1:nobody');
    const all = await Promise.all([run(), run(), run()].map((it) => it.started()));
    expect(new Set(all.map((it) => it.pid)).size).toBe(1);
    expect(all.filter((it) => it.owned)).toHaveLength(1);
  });

  it('redoes an initdb that was killed half-way', async () => {
    const halfDone = () => (existsSync(path.dirname(dataDir)) ? readdirSync(path.dirname(dataDir)) : []);
    const version = (entry: string) => path.join(path.dirname(dataDir), entry, 'data', 'PG_VERSION');
    const killed = run();
    killed.outcome.catch(() => {});
    await until(() => halfDone().some((entry) => existsSync(version(entry))));
    await killed.kill();
    expect(existsSync(dataDir)).toBe(false);
    expect(await start()).toMatchObject({ owned: true });
    await running().stop();
    await start();
    expect(halfDone().filter((entry) => entry.includes('initdb'))).toEqual([]);
  });

  it.each([
    ['somebody else’s files', 'diary.txt', 'dear diary', /neither empty nor a database/],
    ['the data of another version', 'PG_VERSION', '17\n', /made by PostgreSQL 17.*version 17/s],
  ])('refuses and keeps %s', async (_, name, content, message) => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path.join(dataDir, name), content);
    if (prefix.length > 0) for (const it of [path.dirname(dataDir), dataDir]) await chown(it, 65534, 65534);
    expect(await run().error()).toMatch(message);
    expect(readdirSync(dataDir)).toEqual([name]);
    expect(readFileSync(path.join(dataDir, name), 'utf8')).toBe(content);
  });

  it.runIf(mode === 'user')('says that a folder is not writable', async () => {
    if (isRoot) await chown(home, 0, 0);
    await chmod(home, 0o555);
    expect(await run().error()).toMatch(/may not read and write .*DATABASE_URL/s);
  });
});

describe.runIf(isRoot && process.platform === 'linux')('the embedded server of root', () => {
  let home: string;
  let programs: Program[];

  const run = (dataDir: string, prefix: readonly string[] = []): Program => {
    const it = Program.run(main, dataDir, prefix);
    programs.push(it);
    return it;
  };

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'foyer-embedded-'));
    programs = [];
  });
  afterEach(async () => {
    for (const it of programs) await it.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it('steps down to nobody where user namespaces are forbidden, even below a folder like /root', async () => {
    const dataDir = path.join(home, 'pg');
    // The second shell, started when the ids are mapped, has the capabilities which the first one lacks.
    const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
    const shell = `read go && exec sh -c '${forbid}' sh "$@"`;
    const it = run(dataDir, ['unshare', '--user', 'sh', '-c', shell, 'sh']);
    const map = (file: string) => writeFileSync(`/proc/${it.process.pid}/${file}`, '0 0 65536');
    await vi.waitFor(() => ['uid_map', 'gid_map'].forEach(map), { timeout: 5_000 });
    it.process.stdin?.write('go\n');
    const { mode, url } = await it.started();
    expect(mode).toBe('nobody');
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(statSync(dataDir).uid).toBe(65534);
    await it.stop();

    expect(await run(dataDir).started(), 'the folder’s owner runs it').toMatchObject({ mode: 'nobody' });
  });

  it('says that the disk is full, and leaves nothing half-done in the way', async () => {
    const mount = `mount -t tmpfs -o size=24m none ${home} && exec "$@"`;
    const it = run(path.join(home, 'pg'), ['unshare', '--mount', 'sh', '-c', mount, 'sh']);
    expect(await it.error()).toMatch(/the disk of .* is full.*DATABASE_URL/s);
  });
});

describe('the embedded server within one process', () => {
  it('is shared by two calls and stopped by the last', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'foyer-embedded-'));
    const [first, second] = await Promise.all(
      [1, 2].map(() => startEmbeddedPostgres({ dataDir: path.join(home, 'pg') })),
    );
    expect(first?.pid).toBe(second?.pid);
    await Promise.all([first?.stop(), first?.stop()]);
    expect(await query(second?.url('postgres') ?? '', 'select 1 as n')).toEqual([{ n: 1 }]);
    await second?.stop();
    expect(isAlive(first?.pid ?? 0)).toBe(false);
    rmSync(home, { recursive: true, force: true });
  });
});
