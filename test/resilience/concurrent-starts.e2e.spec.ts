import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/fresh-databases.js';
import { freshRedis } from '../support/fresh-redis.js';
import { type Program, runProgram, startProgram } from '../support/program.js';
import { activate, extractCode, logIn, randomCredentials, register } from '../support/registration-requests.js';
import { type TemporaryFolder, temporaryFolder } from '../support/resource-reaper.js';
import { freshSecrets, MIGRATE_ENTRY, TEST_SETTINGS } from '../support/test-deployment.js';
import { startConnectionBarrier } from './connection-barrier.js';

const THREE = [0, 1, 2];
const folders: TemporaryFolder[] = [];
const programs: Program[] = [];
afterAll(async () => {
  await Promise.all(programs.map((program) => program.dispose()));
  await Promise.all(folders.map((folder) => folder.end()));
});

/** A DATA_DIR that several programs share. */
function sharedFolder(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return path.join(folder.path, 'data');
}

describe('FM-U3 three processes at once', () => {
  it('migrate a fresh database: one does, the others wait and find it done', async () => {
    const db = await freshDatabase();
    // they start at different moments on a busy machine, but reach the database together
    const gate = await startConnectionBarrier(db.url, THREE.length);
    const env = { ...freshSecrets(), DATABASE_URL: gate.url };
    const runs = await Promise.all(THREE.map(() => runProgram({ entry: MIGRATE_ENTRY, env })));
    expect(runs.filter(({ code }) => code !== 0)).toEqual([]);
    const ran = runs.flatMap(({ output }) => output.split('\n')).filter((line) => line.startsWith('ran '));
    expect(ran.length).toBeGreaterThan(0);
    expect(ran.length).toBe(new Set(ran).size);
    const outputs = runs.map(({ output }) => output).filter((output) => output.includes('up to date'));
    expect(outputs).toHaveLength(2);
    gate.close();
    await db.drop();
  });

  it('start on one fresh DATA_DIR with one Redis and are one service', async () => {
    const store = await freshRedis();
    const env = { ...TEST_SETTINGS, DATA_DIR: sharedFolder(), REDIS_URL: store.url };
    const started = await Promise.all(THREE.map(() => startProgram({ env })));
    programs.push(...started);
    const [one, two, three] = started.map(({ url }) => url) as [string, string, string];

    const person = randomCredentials();
    await register(one, person);
    await expect.poll(async () => (await mailbox(two, person.email)).length, { timeout: 5_000 }).toBe(1);
    const [mail] = await mailbox(two, person.email);
    const code = extractCode(mail ?? { subject: '', text: '' });
    expect((await activate(three, person, code)).status).toBe(200);
    for (const url of [one, two, three]) expect((await logIn(url, person)).status).toBe(200);
    await Promise.all(started.map((program) => program.stop()));
    await store.drop();
  });

  it('start on one fresh DATA_DIR without a Redis: one runs, the others say what they need', async () => {
    const env = { ...TEST_SETTINGS, DATA_DIR: sharedFolder() };
    const outcomes = await Promise.allSettled(THREE.map(() => startProgram({ env })));
    const running = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    programs.push(...running);
    expect(running).toHaveLength(1);
    expect(refused).toHaveLength(2);
    for (const why of refused) expect(why).toMatch(/REDIS_URL is needed/);
    const survivor = running[0];
    await register(survivor?.url ?? '', randomCredentials());
    expect(await survivor?.stop()).toBe(0);
  });
});

interface Message {
  readonly subject: string;
  readonly text: string;
}

async function mailbox(base: string, to: string): Promise<readonly Message[]> {
  const response = await fetch(`${base}/dev/messages?to=${encodeURIComponent(to)}`);
  return ((await response.json()) as { items: readonly Message[] }).items;
}
