import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import { ROOT } from '../../support/ensure-built.js';
import { createAdministrator } from '../../support/staff-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const run = promisify(execFile);
const STRICT = [
  '--ignoreConfig',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2022',
  '--skipLibCheck',
  '--types',
  'node',
];
const app = useTestApp(EMBEDDED);
let folder: string;
beforeAll(() => {
  // Inside of the project, where its packages are found.
  folder = mkdtempSync(path.join(ROOT, 'node_modules/.client-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a client made from the document compiles strictly, and walks from registration to a list', async () => {
  const { json } = await app.program.request('GET', '/docs/openapi.json');
  writeFileSync(path.join(folder, 'api.ts'), astToString(await openapiTS(structuredClone(json) as never)));
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  cpSync(path.join(ROOT, 'test/architecture/docs/generated-client-example.txt'), path.join(folder, 'walk.ts'));
  const compiled = run(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), ...STRICT, 'walk.ts'], {
    cwd: folder,
    timeout: 60_000,
  });
  expect(
    await compiled.then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    ),
  ).toBe('');
  const { bearer } = await createAdministrator(app);
  const { stdout } = await run(process.execPath, ['walk.js', app.program.url, bearer], {
    cwd: folder,
    timeout: 30_000,
  });
  const { ids, ...rest } = JSON.parse(stdout) as { ids: string[] };
  expect([ids.length, new Set(ids).size, rest]).toEqual([3, 1, { refused: 'auth.forbidden', status: 403 }]);
}, 120_000);
