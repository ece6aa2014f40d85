import { afterEach, describe, expect, it } from 'vitest';
import { type LocalServer, startPostgres } from '../support/local-servers.js';
import { expectReady, expectUnavailable } from './availability-assertions.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';
import { createPendingClient, expectActivationAndLogin } from './registration-steps.js';
import { canMount, SmallDisk } from './small-disk.js';

// A PostgreSQL of this test alone: it is killed, made read-only, and its disk is filled.

let deployment: FaultyDeployment | undefined;
afterEach(async () => {
  await deployment?.close();
  deployment = undefined;
});

async function open(server: LocalServer): Promise<FaultyDeployment> {
  deployment = await startFaultyDeployment({
    roles: ['api', 'api', 'worker'],
    proxiedReplicas: [],
    database: { url: server.url, drop: () => server.stop() },
  });
  return deployment;
}

const stored = async ({ database }: FaultyDeployment): Promise<string[]> =>
  (await database.query<{ id: string }>('select id from customers order by id')).rows.map(({ id }) => id);

describe('FM-D1 a database that dies', () => {
  it.each(['a backend', 'the whole server'])(
    'kill -9 of %s: 503 or an answer, and well again without a restart',
    async (what) => {
      const server = await startPostgres();
      const here = await open(server);
      const [url = '', peer = ''] = here.urls;
      const one = await createPendingClient(here, peer);
      const { rows } = await here.database.query<{ pid: number }>(
        "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      );
      process.kill(what === 'a backend' ? (rows[0]?.pid ?? 0) : server.pid, 'SIGKILL');
      const unlucky = here.createClient();
      for (let n = 0; n < 5; n++) {
        const seen = await unlucky.register(url);
        if (seen.status !== 201) expectUnavailable(seen);
      }
      await expectReady(url, 10_000);
      await expectReady(peer, 10_000);
      expect((await unlucky.register(peer)).status).toBe(201);
      await expectActivationAndLogin(one, url);
      expect(await here.findFaults()).toEqual([]);
    },
  );
});

it('FM-D7 read-only: 503, and writes again without a restart when it may', async () => {
  const here = await open(await startPostgres());
  const [url = '', peer = ''] = here.urls;
  const one = await createPendingClient(here, peer);
  const readOnly = async (value: 'on' | 'off'): Promise<void> => {
    await here.database.query('set default_transaction_read_only = off');
    await here.database.query(`alter system set default_transaction_read_only = ${value}`);
    await here.database.query('select pg_reload_conf()');
  };
  await readOnly('on');
  await expect.poll(async () => (await here.createClient().register(url)).status).toBe(503);
  for (let n = 0; n < 3; n++) {
    expectUnavailable(await one.client.activate(url, one.code));
    expectUnavailable(await here.createClient().register(peer));
  }
  expect(await stored(here)).toEqual([]);
  await readOnly('off');
  await expectReady(url);
  await expectActivationAndLogin(one, url);
  await expectActivationAndLogin(await createPendingClient(here, peer), peer);
  expect(await here.findFaults()).toEqual([]);
});

describe.runIf(canMount)('FM-D8 a disk that is full (only root can mount one)', () => {
  it('503 while it is full, and well again without a manual step', async () => {
    const disk = new SmallDisk(192);
    const here = await open(await startPostgres({ disk: (dir) => disk.mount(dir) }));
    const [url = '', peer = ''] = here.urls;
    const one = await createPendingClient(here, peer);
    disk.fill();
    const refused = async (): Promise<number> => (await here.createClient().register(url)).status;
    await expect.poll(refused, { timeout: 60_000, interval: 1 }).toBe(503);
    for (let n = 0; n < 10; n++) {
      const seen = await here.createClient().register(n % 2 ? url : peer);
      if (seen.status !== 201) expectUnavailable(seen);
    }
    disk.free();
    await expectReady(url);
    await expectReady(peer);
    await expectActivationAndLogin(one, url);
    await expectActivationAndLogin(await createPendingClient(here, peer), peer);
    expect(await here.findFaults()).toEqual([]);
  });
});
