import { execFile, spawn } from 'node:child_process';
import { pbkdf2Sync, randomBytes, randomUUID, scryptSync } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashSync } from 'bcrypt';
import { argon2d, argon2i, argon2id } from 'hash-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerResponse, CustomersClient, freshCpf } from '../../support/customers-client.js';
import { ROOT } from '../../support/ensure-built.js';
import { freshDatabase } from '../../support/fresh-databases.js';
import { send } from '../../support/http-message.js';
import { runProgram } from '../../support/program.js';
import { freshPhone } from '../../support/registration-fixtures.js';
import {
  activate,
  findReservedCustomerId,
  randomCredentials,
  register,
  waitForCode,
} from '../../support/registration-requests.js';
import { type TemporaryFolder, temporaryFolder } from '../../support/resource-reaper.js';
import { MIGRATE_ENTRY, startDeployment, type TestDeployment } from '../../support/test-deployment.js';

interface Ended {
  readonly code: number;
  readonly output: string;
}
type Line = Readonly<Record<string, unknown>>;

const freshEmail = () => `${randomUUID()}@example.org`;
const many = (count: number): Line[] => Array.from({ length: count }, () => ({ email: freshEmail(), lastName: 'Ng' }));

describe('customers of another system, in a file', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;
  let folder: TemporaryFolder;

  beforeAll(async () => {
    const env = { PUBLIC_URL: 'https://foyer.example', TRUSTED_SOURCES: '127.0.0.1/32' };
    deployment = await startDeployment({ roles: ['all'], broker: true, env });
    folder = temporaryFolder();
    members = new CustomersClient(deployment);
    admin = await members.createAdministrator();
  }, 120_000);
  afterAll(() => deployment?.close());

  const run = (script: 'import' | 'export', args: readonly string[], env = deployment.env): Promise<Ended> =>
    new Promise((resolve) => {
      const file = path.join(ROOT, `dist/apps/server/src/${script}.js`);
      execFile(process.execPath, [file, ...args], { env: { ...env }, timeout: 60_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
      );
    });
  const fileOf = (lines: readonly (Line | string)[]): string => {
    const file = path.join(folder.path, `${randomUUID()}.ndjson`);
    writeFileSync(file, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
    return file;
  };
  const reported = (file: string): readonly { line: number; errors: readonly { pointer: string; code: string }[] }[] =>
    readFileSync(`${file}.refused.ndjson`, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const holderOf = async (email: unknown): Promise<CustomerResponse | undefined> => {
    const found = await members.callCustomers('GET', `?email=${encodeURIComponent(String(email))}`, admin);
    return (found.json as unknown as { items: CustomerResponse[] }).items[0];
  };
  const living = async (): Promise<number> =>
    (await members.callCustomers('GET', '?count=exact', admin)).json['total'] as number;

  it('are customers, as the lines say, and told of once; the same file once more changes nothing', async () => {
    const [phone, document, id] = [freshPhone(), freshCpf(), randomUUID()];
    const whole = {
      ...{
        id,
        email: freshEmail(),
        phone,
        firstName: 'Ada',
        lastName: 'Lovelace',
        document,
        market: 'BR',
        locale: 'pt-BR',
      },
      ...{ attributes: { vip: true, a: 1 }, status: 'suspended', createdAt: '2015-04-01T10:00:00.000Z' },
    };
    const named = { externalId: 'customer 17', email: freshEmail() };
    const bare = { phone: freshPhone() };
    const file = fileOf([whole, '', named, bare]);
    const dry = await run('import', [file, '--dry-run']);
    expect([dry.code, await holderOf(named.email)], dry.output).toEqual([0, undefined]);
    expect(dry.output).toContain('3 lines: 3 would be created, 0 there already, 0 refused');
    const first = await run('import', [file]);
    expect(first.output).toContain('3 lines: 3 created, 0 there already, 0 refused');
    expect(first.code).toBe(0);
    const shown = (await members.callCustomers('GET', id, admin)).json;
    expect(shown).toMatchObject({ ...whole, verifiedBy: 'import', version: 1 });
    const created = await deployment.events.waitFor(
      ({ type, subject }) => type === 'customer.created.v1' && subject === id,
      10_000,
    );
    expect(created.body).toMatchObject({ sequence: 1, data: { status: 'suspended', createdAt: whole.createdAt } });
    const correlation = /import (\S+):/.exec(first.output)?.[1];
    expect(created.body).toMatchObject({ correlationid: correlation });
    const trail = await send<{ items: { action: string; correlationId: string }[] }>(
      `${members.firstReplicaUrl}/v1/audit?action=customer.import.completed`,
      'GET',
      { bearer: admin },
    );
    expect(trail.json.items.map(({ correlationId }) => correlationId)).toContain(correlation);
    const again = await run('import', [file]);
    expect(again.output).toContain('3 lines: 0 created, 3 there already, 0 refused');
    expect(again.code).toBe(0);
    await deployment.waitUntilDrained();
    expect(
      deployment.events.events.filter(({ type, subject }) => type === 'customer.created.v1' && subject === id),
    ).toHaveLength(1);
    expect((await members.callCustomers('GET', id, admin)).text).toBe(JSON.stringify(shown));
  });

  it('are refused line by line, with place and reason, and nothing of what stands there', async () => {
    const taken = await members.createCustomer();
    const [twice, changed, deleted] = [freshEmail(), { externalId: randomUUID(), email: freshEmail() }, many(1)[0]];
    await run('import', [fileOf([changed, deleted as Line])]);
    await members.callCustomers('DELETE', (await holderOf(deleted?.['email']))?.id ?? '', admin);
    const secret = 'a secret that nobody may tell';
    const lines: (readonly [Line | string, string, string])[] = [
      [{ email: taken.person.email }, '/email', 'customer.identifier_taken'],
      [{ email: secret }, '/email', 'email.at_sign'],
      [{ lastName: secret }, '', 'identifier.at_least_one'],
      [{ email: freshEmail(), passwordHash: secret }, '/passwordHash', 'password_hash.unknown'],
      [{ email: freshEmail(), passwordHash: `$2b$31$${'.'.repeat(53)}` }, '/passwordHash', 'password_hash.too_costly'],
      [{ email: freshEmail(), id: '0191f0a0-0000-7000-8000-000000000000' }, '/id', 'matches'],
      [{ email: freshEmail(), roles: ['admin'] }, '/roles', 'unknown_field'],
      [{ email: freshEmail(), createdAt: '2999-01-01T00:00:00Z' }, '/createdAt', 'import.in_the_future'],
      [{ email: freshEmail(), document: '52998224726' }, '/document', 'document.check_digits'],
      [{ email: freshEmail(), attributes: { x: 'x'.repeat(5_000) } }, '/attributes', 'attributes.too_large'],
      ['{"email":', '', 'json.malformed'],
      [`{"email":"${freshEmail()}","__proto__":{}}`, '', 'json.forbidden_key'],
      ['[1]', '', 'json.not_an_object'],
      [`{"email":"${'x'.repeat(70_000)}"}`, '', 'line.too_long'],
      [{ email: twice, phone: freshPhone() }, '', 'created'],
      [{ email: twice, externalId: 'another' }, '/email', 'customer.identifier_taken'],
      [{ ...changed, firstName: secret }, '/firstName', 'import.differs'],
      [deleted as Line, '/id', 'import.deleted'],
    ];
    const file = fileOf(lines.map(([line]) => line));
    const { code, output } = await run('import', [file]);
    expect(output).toContain('18 lines: 1 created, 0 there already, 17 refused');
    expect(code).toBe(1);
    const expected = lines.flatMap(([, pointer, reason], n) =>
      reason === 'created' ? [] : [{ line: n + 1, pointer, reason }],
    );
    const told = reported(file).map(({ line, errors: [first] }) => ({
      line,
      pointer: first?.pointer,
      reason: first?.code,
    }));
    expect(told).toEqual(expected);
    expect(readFileSync(`${file}.refused.ndjson`, 'utf8') + output).not.toContain(secret);
    expect(statSync(`${file}.refused.ndjson`).mode & 0o777).toBe(0o600);
  });

  it('says how it is called, and what it cannot read', async () => {
    expect(await run('import', [])).toMatchObject({ code: 2, output: expect.stringContaining('make import') });
    expect(await run('import', ['/nowhere/at/all'])).toMatchObject({
      code: 2,
      output: expect.stringContaining('ENOENT'),
    });
    expect(await run('export', ['a', '--all'])).toMatchObject({
      code: 2,
      output: expect.stringContaining('make export'),
    });
  });

  it('sign in with the passwords of before, whatever they were hashed with; the first time makes one of ours', async () => {
    const salt = randomBytes(16);
    const b64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
    const argon = {
      salt,
      parallelism: 2,
      iterations: 1,
      memorySize: 256,
      hashLength: 32,
      outputType: 'encoded',
    } as const;
    const password = `of the other system ${randomUUID()}`;
    const hashes = [
      hashSync(password, 4),
      await argon2id({ ...argon, password }),
      await argon2i({ ...argon, password }),
      await argon2d({ ...argon, password }),
      `$scrypt$ln=10,r=8,p=1$${b64(salt)}$${b64(scryptSync(password, salt, 32))}`.replace('ln=10', 'ln=14'),
      ...(['sha1', 'sha256', 'sha512'] as const).map(
        (digest) => `$pbkdf2-${digest}$i=1000,l=32$${b64(salt)}$${b64(pbkdf2Sync(password, salt, 1_000, 32, digest))}`,
      ),
    ];
    const people = hashes.map((passwordHash) => ({ email: freshEmail(), passwordHash }));
    expect((await run('import', [fileOf(people)])).code).toBe(0);
    const begun = performance.now();
    const [nobody, theirs] = await Promise.all([
      members.logIn(freshEmail(), password),
      members.logIn(people[1]?.email ?? '', 'another password'),
    ]);
    const codes = [nobody, theirs].map(({ status, text }) => `${status} ${JSON.parse(text).code}`);
    expect(codes).toEqual(Array(2).fill('401 auth.invalid_credentials'));
    expect(performance.now() - begun, 'failures take whole seconds').toBeGreaterThan(990);
    for (const { email, passwordHash } of people)
      expect((await members.logIn(email, password)).status, passwordHash.slice(0, 20)).toBe(200);
    const file = path.join(folder.path, 'with-passwords.ndjson');
    const kept = async () => {
      await run('export', [file, '--with-passwords']);
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      return people.map(({ email }) => String(lines.find((line) => line.email === email)?.passwordHash).slice(0, 3));
    };
    await expect.poll(kept, { timeout: 20_000 }).toEqual(people.map(() => 'v2$'));
    for (const { email } of people) expect((await members.logIn(email, password)).status).toBe(200);
    const { rows } = await deployment.database.query<{ n: string }>(
      "select count(*) as n from auth_subjects where credential like '%argon2%'",
    );
    expect(Number(rows[0]?.n), 'nothing lay there in clear').toBe(0);
  });

  it('INV-03 end what was pending for them: an id is never handed to another person', async () => {
    const person = randomCredentials();
    const ticket = await register(members.firstReplicaUrl, person);
    const code = await waitForCode(deployment.mails, person, ticket);
    const stranded = { externalId: randomUUID(), email: person.email };
    expect((await run('import', [fileOf([stranded])])).code).toBe(0);
    const holder = await holderOf(person.email);
    const lost = await findReservedCustomerId(deployment, ticket);
    expect(holder?.id).not.toBe(lost);
    expect((await activate(members.firstReplicaUrl, person, code)).status).toBe(401);
    expect((await members.callCustomers('GET', lost, admin)).status).toBe(404);
    const next = await register(members.firstReplicaUrl, person);
    expect(await findReservedCustomerId(deployment, next), 'as for every customer').toBe(holder?.id);
    expect(holder?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  it('KP are all there, once, when the import was killed in the middle and is run again', async () => {
    const before = await living();
    const people = many(3_000);
    const file = fileOf(people);
    const script = path.join(ROOT, 'dist/apps/server/src/import.js');
    const child = spawn(process.execPath, [script, file], { env: deployment.env });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await new Promise<void>((resolve) => child.stderr.once('data', () => resolve()));
    child.kill('SIGKILL');
    await ended;
    const created = (await living()) - before;
    expect(created).toBeGreaterThan(0);
    expect(created).toBeLessThan(3_000);
    const { code, output } = await run('import', [file]);
    expect(output).toContain(`3000 lines: ${3_000 - created} created, ${created} there already, 0 refused`);
    expect([code, (await living()) - before]).toEqual([0, 3_000]);
    const names = new Set(people.map(({ email }) => email));
    const told = () =>
      deployment.events.events.filter(
        ({ type, body }) => type === 'customer.created.v1' && names.has((body as { data: Line }).data['email']),
      );
    await expect.poll(() => told().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3_000);
    await deployment.waitUntilDrained();
    expect(new Set(told().map(({ id }) => id)).size).toBe(3_000);
  });

  it('go elsewhere and are the same there, with their passwords', async () => {
    const member = await members.createCustomer();
    const [here, there] = ['here.ndjson', 'there.ndjson'].map((name) => path.join(folder.path, name));
    expect(await run('export', [here ?? ''])).toMatchObject({ code: 0 });
    expect(readFileSync(here ?? '', 'utf8')).not.toContain('passwordHash');
    expect(statSync(here ?? '').mode & 0o777).toBe(0o600);
    expect((await run('import', [here ?? ''])).output, 'everybody is there').toMatch(
      / 0 created, \d+ there already, 0 refused/,
    );
    await run('export', [here ?? '', '--with-passwords']);
    const fresh = await freshDatabase();
    try {
      const env = { ...deployment.env, DATABASE_URL: fresh.url };
      expect((await runProgram({ entry: MIGRATE_ENTRY, env })).code).toBe(0);
      expect((await run('import', [here ?? ''], env)).code).toBe(0);
      expect((await run('export', [there ?? '', '--with-passwords'], env)).code).toBe(0);
    } finally {
      await fresh.drop();
    }
    const [sent, arrived] = [here, there].map((file) =>
      readFileSync(file ?? '', 'utf8')
        .split('\n')
        .sort(),
    );
    expect(arrived).toEqual(sent);
    expect(sent?.some((line) => line.includes(member.id) && line.includes('"passwordHash":"v2$'))).toBe(true);
    expect(existsSync(`${here}.refused.ndjson`)).toBe(true);
  });
});
