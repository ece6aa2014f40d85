import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../../support/program.js';

const HTTP = readFileSync('docs/http.md', 'utf8');
const OPERATIONS = readFileSync('docs/operations.md', 'utf8');

/** What the program says of itself stands on the page about it. */
describe('the pages name', () => {
  let program: Program;
  beforeAll(async () => {
    program = await startProgram();
  }, 60_000);
  afterAll(() => program?.dispose());

  const ask = async <T>(path: string) => (await program.request<T>('GET', path)).json;

  it('every problem', async () => {
    const { items } = await ask<{ items: { code: string }[] }>('/problems');
    expect(items.length).toBeGreaterThan(40);
    expect(items.map(({ code }) => code).filter((code) => !HTTP.includes(`\`${code}\``))).toEqual([]);
  });

  it('every route, in full or by its end', async () => {
    const paths = Object.keys((await ask<{ paths: object }>('/docs/openapi.json')).paths);
    expect(paths.length).toBeGreaterThan(25);
    const ended = (path: string) =>
      path.split('/').some((_, at, parts) => HTTP.includes(` …/${parts.slice(at).join('/')}\``));
    expect(paths.filter((path) => !HTTP.includes(path) && !ended(path))).toEqual([]);
  });

  it('every metric', async () => {
    const { text } = await program.request('GET', '/metrics');
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
    const ours = names.filter((name) => !/^(process|nodejs)_/.test(name));
    expect(ours.length).toBeGreaterThan(15);
    expect(ours.filter((name) => !OPERATIONS.includes(`\`${name}\``))).toEqual([]);
  });
});
