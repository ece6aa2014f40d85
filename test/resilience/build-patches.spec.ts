import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/ensure-built.js';

// Patches of the build and crash points name files and methods as text, which no compiler reads. One that names what is not
// there changes nothing, and the test that relies on it would show nothing.

const FOLDERS = ['test/resilience', 'test/support'];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(ROOT, folder))
    .filter((file) => /\.(ts|mjs)$/.test(file) && file !== 'build-patches.spec.ts')
    .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8')),
);
const DELIVERIES = 'libs/messaging/src/relay/outbox-deliveries.js';

/** Patched file and the code behind it. */
const patches = sources.flatMap((text) =>
  [...text.matchAll(/^ {2}(?:'(libs\/[^']+\.js)'|\[DELIVERIES_FILE\]): `([^`]*)`/gm)].map(
    ([, file = DELIVERIES, code = '']) => ({ file, code }),
  ),
);
const patched = patches.flatMap(({ file, code }) => [
  ...[...code.matchAll(/(\w+)\.prototype\.(\w+)/g)].map(([, owner = '', method = '']) => ({ file, owner, method })),
  ...[...code.matchAll(/Object\.assign\((\w+)\.prototype, \{([\s\S]*?)\n\}\);/g)].flatMap(([, owner = '', body = '']) =>
    [...body.matchAll(/^ {2}async (\w+)\(/gm)].map(([, method = '']) => ({ file, owner, method })),
  ),
]);
const crashPoints = sources.flatMap((text) =>
  [...text.matchAll(/^ {2}'KP-\w+': \['\w+', '([^']+)', '(\w+)'/gm)].map(([, file = '', method = '']) => ({
    file: `libs/${file}`,
    owner: '',
    method,
  })),
);

const sourceOf = (file: string) => path.join(ROOT, file.replace(/\.js$/, '.ts'));

describe('patches of the build and crash points', () => {
  it('are found', () => {
    expect([patches.length, patched.length, crashPoints.length].map((count) => count >= 15)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it.each([...patched, ...crashPoints])(
    'name a method that is there: $file $owner.$method',
    ({ file, owner, method }) => {
      expect(existsSync(sourceOf(file))).toBe(true);
      const text = readFileSync(sourceOf(file), 'utf8');
      expect(text).toMatch(new RegExp(`^export class ${owner || '\\w+'}\\b`, 'm'));
      expect(text).toMatch(new RegExp(`^ {2}(?:override )?(?:async )?${method}[(<]`, 'm'));
    },
  );
});
