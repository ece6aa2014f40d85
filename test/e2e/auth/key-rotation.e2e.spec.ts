import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import { runProgram } from '../../support/program.js';
import type { RegistrationInput } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';
import { freshSecrets } from '../../support/test-deployment.js';

type Settings = Readonly<Record<string, string>>;
interface Key {
  readonly kid: string;
  iat?: number;
  exp?: number;
}

const rotateKeys = (env: Settings) => runProgram({ env, entry: 'dist/apps/server/src/rotate-keys.js' });
const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;
const kidOf = (token: string) => decodeProtectedHeader(token).kid;

describe('AC-45 keys are rotated without ending a session', () => {
  const app = useTestApp(EMBEDDED);
  const dataDir = () => app.program.env['DATA_DIR'] ?? '';
  const file = () => path.join(dataDir(), 'secrets.json');
  const rotate = () => rotateKeys({ DATA_DIR: dataDir() });

  const keys = (): Key[] => JSON.parse(JSON.parse(readFileSync(file(), 'utf8')).jwtKeys).keys;
  /** As if the last step had been long ago. */
  const age = (change: (key: Key) => void): void => {
    const aged = keys();
    aged.forEach(change);
    const content = { ...JSON.parse(readFileSync(file(), 'utf8')), jwtKeys: JSON.stringify({ keys: aged }) };
    writeFileSync(file(), JSON.stringify(content));
  };
  const published = async () =>
    (await app.request<{ keys: Key[] }>('GET', '/.well-known/jwks.json')).json.keys.map(({ kid }) => kid);
  const login = async (person: RegistrationInput) => (await app.logIn(person)).json.access_token;
  const statusOf = async (bearer: string) => (await app.request('GET', '/v1/customers/me', { bearer })).status;

  it('publish, sign, drop: tokens from before each step stay valid, those of a dropped key do not', async () => {
    const { person } = await app.createCustomer();
    const [first] = keys() as [Key];
    const before = await login(person);

    const publish = await rotate();
    expect([publish.code, publish.output]).toEqual([0, expect.stringMatching(/does not sign yet[\s\S]*call again/)]);
    const [, second] = keys() as [Key, Key];
    await app.program.restart();
    expect(await published()).toEqual([first.kid, second.kid]);
    const between = await login(person);
    expect([before, between].map(kidOf)).toEqual([first.kid, first.kid]);

    age((key) => {
      key.iat = secondsAgo(600);
    });
    expect((await rotate()).output).toMatch(/signs from the restart on[\s\S]*call again/);
    await app.program.restart();
    expect(await published()).toEqual([second.kid, first.kid]);
    const afterwards = await login(person);
    expect(kidOf(afterwards)).toBe(second.kid);
    for (const token of [before, between, afterwards]) expect(await statusOf(token)).toBe(200);

    age((key) => {
      if (key.exp) key.exp = secondsAgo(1);
    });
    expect((await rotate()).output).toMatch(/is gone[\s\S]*complete/);
    await app.program.restart();
    expect(await published()).toEqual([second.kid]);
    expect(await statusOf(afterwards)).toBe(200);
    for (const token of [before, between]) expect(await statusOf(token)).toBe(401);
  });

  it('no step is taken too early, and nothing is changed then', async () => {
    expect((await rotate()).code).toBe(0);
    for (const wait of [/new key/, /old key/]) {
      const content = readFileSync(file(), 'utf8');
      const { code, output } = await rotate();
      expect([code, output]).toEqual([2, expect.stringMatching(/^Too early[\s\S]* from \d{4}-.*Z on\. Nothing/)]);
      expect(output).toMatch(wait);
      expect(readFileSync(file(), 'utf8')).toBe(content);
      age((key) => {
        key.iat = secondsAgo(600);
      });
      await rotate();
    }
  });

  it('the file is for nobody but its owner, its other secrets stay, and no draft is left behind', async () => {
    const { person } = await app.createCustomer();
    const { jwtKeys: _, ...others } = JSON.parse(readFileSync(file(), 'utf8'));
    age((key) => {
      if (key.exp) key.exp = secondsAgo(1);
    });
    expect((await rotate()).code).toBe(0);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject(others);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir()).filter((name) => name.startsWith('secrets'))).toEqual(['secrets.json']);
    await app.program.restart();
    expect((await app.logIn(person)).status).toBe(200);
  });
});

describe('AC-45 keys of JWT_KEYS', () => {
  const nextOf = (output: string): string => /^JWT_KEYS='(.*)'$/m.exec(output)?.[1] ?? '';

  it('the next value is printed, ready to be set', async () => {
    const { JWT_KEYS = '' } = freshSecrets();
    const { code, output } = await rotateKeys({ JWT_KEYS });
    expect(code).toBe(0);
    const next = JSON.parse(nextOf(output)) as { keys: Key[] };
    expect(next.keys).toEqual([...JSON.parse(JWT_KEYS).keys, expect.objectContaining({ alg: 'EdDSA' })]);
    const early = await rotateKeys({ JWT_KEYS: nextOf(output) });
    expect([early.code, nextOf(early.output)]).toEqual([2, '']);
  });

  it('a second key of unknown age stops it, without a private part in the output', async () => {
    const [one, two] = [freshSecrets(), freshSecrets()].map(({ JWT_KEYS = '' }) => JSON.parse(JWT_KEYS).keys[0]);
    const { code, output } = await rotateKeys({ JWT_KEYS: JSON.stringify({ keys: [one, two] }) });
    expect([code, output]).toEqual([2, expect.stringContaining(`${two.kid} does not say when it was made`)]);
    expect(output).not.toContain(two.d);
  });
});
