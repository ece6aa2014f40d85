import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidConfiguration } from './invalid-configuration.js';
import { loadSecrets } from './secrets.js';
import { updateSigningKeys } from './secrets-file.js';
import { parseSettings } from './settings.js';
import { generateSigningKey } from './signing-key.js';
import { COMPLETE_ENVIRONMENT } from './testing/complete-environment.js';

describe('secrets', () => {
  let folder: string;
  let dataDir: string;
  let file: string;

  const provided = (env: object = {}) => loadSecrets(parseSettings({ DATA_DIR: dataDir, ...env }));

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
    dataDir = path.join(folder, 'data');
    file = path.join(dataDir, 'secrets.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('generates secrets once in a new folder', () => {
    const first = provided();
    expect(provided()).toEqual(first);
    const [pepper, code, identifier] = [first.passwordPepper, first.code, first.identifier].map(([key]) => key.secret);
    expect(new Set([pepper, code, identifier]).size).toBe(3);
    for (const secret of [pepper, code, identifier]) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(JSON.parse(first.jwtKeys)).toMatchObject({
      keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' }],
    });
  });

  it('creates a file that only its owner can read, and leaves no draft behind', () => {
    provided();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dataDir)).toEqual(['secrets.json']);
  });

  it('generates different secrets in two folders', () => {
    const first = provided();
    dataDir = path.join(folder, 'other');
    expect(provided().code).not.toEqual(first.code);
  });

  it('neither creates nor reads a file when all secrets are set', () => {
    expect(provided(COMPLETE_ENVIRONMENT).identifier).toEqual([
      { kid: '0', secret: COMPLETE_ENVIRONMENT['IDENTIFIER_SECRET'] },
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('prefers a setting, and reads the rest from the file', () => {
    const generated = provided();
    const mixed = provided({ CODE_SECRET: COMPLETE_ENVIRONMENT['CODE_SECRET'] });
    expect(mixed).toEqual({ ...generated, code: [{ kid: '0', secret: COMPLETE_ENVIRONMENT['CODE_SECRET'] }] });
  });

  it.each([
    ['nothing', ''],
    ['half a file', '{"passwordPepper":"'],
    ['no object', 'null'],
    [
      'a missing one',
      JSON.stringify({ passwordPepper: 'x'.repeat(43), code: 'x'.repeat(43), identifier: 'x'.repeat(43) }),
    ],
    [
      'a short one',
      JSON.stringify({ passwordPepper: 'hunter2', code: 'hunter2', identifier: 'hunter2', jwtKeys: 'hunter2' }),
    ],
  ])('rejects a file with %s at startup, and leaves it unchanged [AC-53]', (_, content) => {
    mkdirSync(dataDir);
    writeFileSync(file, content);
    let shown = '';
    try {
      provided();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidConfiguration);
      shown = String(error);
    }
    expect(shown).toContain('secrets.json is damaged');
    expect(shown).not.toContain('hunter2');
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  describe('when keys are rotated', () => {
    const key = generateSigningKey(new Date());

    it('keeps the rest of the file and its mode, and leaves no draft behind', () => {
      const before = provided();
      expect(updateSigningKeys(file, () => ({ keys: [key], result: 7 }))).toBe(7);
      expect(provided()).toEqual({ ...before, jwtKeys: JSON.stringify({ keys: [key] }) });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readdirSync(dataDir)).toEqual(['secrets.json']);
    });

    it('lets a concurrent reader read the complete old file', () => {
      provided();
      const content = readFileSync(file, 'utf8');
      const reader = openSync(file, 'r');
      updateSigningKeys(file, () => ({ keys: [key], result: 7 }));
      expect(readFileSync(reader, 'utf8')).toBe(content);
      closeSync(reader);
      expect(readFileSync(file, 'utf8')).not.toBe(content);
    });

    it('leaves the file unchanged when there is nothing to do or on a failure', () => {
      provided();
      const content = readFileSync(file, 'utf8');
      updateSigningKeys(file, () => ({ keys: undefined, result: 7 }));
      expect(() => updateSigningKeys(file, () => JSON.parse('nonsense'))).toThrow(SyntaxError);
      expect(readFileSync(file, 'utf8')).toBe(content);
      expect(readdirSync(dataDir)).toEqual(['secrets.json']);
    });

    it('rejects a concurrent rotation', () => {
      provided();
      expect(() =>
        updateSigningKeys(file, () => updateSigningKeys(file, () => ({ keys: [key], result: 7 })) as never),
      ).toThrow(/another key rotation is running/);
    });
  });

  it('generates the same secrets for six processes that start at once', async () => {
    const main = compiled(folder);
    const at = String(Date.now() + 700);
    const outputs = await Promise.all(Array.from({ length: 6 }, () => run(main, dataDir, at)));
    expect(new Set(outputs).size).toBe(1);
    expect(JSON.parse(outputs[0] ?? '')).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    expect(readdirSync(dataDir)).toEqual(['secrets.json']);
  });
});

/** A program that reads its secrets at a given time and prints them. */
function compiled(folder: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  for (const name of ['secrets', 'secrets-file', 'signing-key', 'invalid-configuration']) {
    const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8');
    writeFileSync(path.join(folder, `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText);
  }
  const main = `import { readFileSync } from 'node:fs';
import { loadSecrets } from './secrets.js';
const [, , dataDir, at] = process.argv;
while (Date.now() < Number(at));
const { passwordPepper, code, identifier, jwtKeys } = loadSecrets({ dataDir });
const [p, c, i] = [passwordPepper, code, identifier].map(([key]) => key.secret);
console.log(JSON.stringify({ passwordPepper: p, code: c, identifier: i, jwtKeys }));`;
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(folder, 'main.js'), main);
  return path.join(folder, 'main.js');
}

async function run(main: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return output.trim();
}
