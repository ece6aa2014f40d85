import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { canUnshare, isRoot, TestHome, type TestUser, testUsers } from './testing/test-home.js';
import { buildProgram, query } from './testing/test-program.js';

const [me, plainUser] = [testUsers[0], testUsers.at(-1)] as [TestUser, TestUser];

let program: string;
let main: string;
let home: TestHome;

beforeAll(async () => {
  program = mkdtempSync(path.join(tmpdir(), 'foyer-program-'));
  main = await buildProgram(program);
});
afterAll(() => rmSync(program, { recursive: true, force: true }));
afterEach(() => home.cleanUp());

describe('the embedded server in an unusable folder', () => {
  beforeEach(() => {
    home = new TestHome(main, plainUser);
  });

  it.each([
    ['unrelated files', 'diary.txt', 'dear diary', /neither empty nor a PostgreSQL data folder/],
    ['the data of another version', 'PG_VERSION', '17\n', /made by PostgreSQL 17.*version 17/s],
  ])('rejects and keeps %s', async (_, name, content, message) => {
    mkdirSync(home.dataDir, { recursive: true });
    writeFileSync(path.join(home.dataDir, name), content);
    home.chownToUser(path.dirname(home.dataDir), home.dataDir);
    expect(await home.run().error()).toMatch(message);
    expect(readdirSync(home.dataDir)).toEqual([name]);
    expect(readFileSync(path.join(home.dataDir, name), 'utf8')).toBe(content);
  });

  it('reports missing write permission', async () => {
    if (isRoot) await chown(home.folder, 0, 0);
    await chmod(home.folder, 0o555);
    expect(await home.run().error()).toMatch(/no permission to read and write .*DATABASE_URL/s);
  });
});

describe('the embedded server of root, where root may create namespaces', () => {
  beforeEach(() => {
    home = new TestHome(main, me);
  });

  it.runIf(canUnshare('--user'))(
    'steps down to nobody where user namespaces are forbidden, even below a folder like /root',
    async () => {
      // The second shell starts after the ids are mapped and has the capabilities that the first one lacks.
      const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
      const shell = `read go && exec sh -c '${forbid}' sh "$@"`;
      const { process: child, ...it } = home.run(['unshare', '--user', 'sh', '-c', shell, 'sh']);
      const map = (file: string) => writeFileSync(`/proc/${child.pid}/${file}`, '0 0 65536');
      await vi.waitFor(() => ['uid_map', 'gid_map'].forEach(map), { timeout: 5_000 });
      child.stdin?.write('go\n');
      const { mode, url } = await it.outcome;
      expect(mode).toBe('nobody');
      expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
      expect(statSync(home.dataDir).uid).toBe(65534);
      await home.latest.stop();

      expect(await home.start(), 'the folder’s owner runs it').toMatchObject({ mode: 'nobody' });
    },
  );

  it.runIf(canUnshare('--mount'))('reports a full disk and leaves no incomplete files behind', async () => {
    const left = path.join(program, 'left');
    const mount = `mount -t tmpfs -o size=24m none ${home.folder} && "$@"; ls -A ${path.dirname(home.dataDir)} > ${left}`;
    const full = home.run(['unshare', '--mount', 'sh', '-c', mount, 'sh']);
    expect(await full.error()).toMatch(/the disk of .* is full.*DATABASE_URL/s);
    await full.stop();
    expect(readFileSync(left, 'utf8')).toBe('');
  });
});
