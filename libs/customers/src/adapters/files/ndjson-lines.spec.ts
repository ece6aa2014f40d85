import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readNdjsonLines } from './ndjson-lines.js';

const file = path.join(tmpdir(), `lines-${process.pid}.ndjson`);
afterEach(() => rmSync(file, { force: true }));

async function linesOf(text: string | Buffer, most = 100) {
  writeFileSync(file, text);
  const found: (readonly [number, string | null, number])[] = [];
  for await (const { number, bytes, end } of readNdjsonLines(file, most))
    found.push([number, bytes?.toString() ?? null, end]);
  return found;
}

it.each([
  ['', []],
  ['\n\n', []],
  ['a', [[1, 'a', 1]]],
  [
    'a\nb\n',
    [
      [1, 'a', 2],
      [2, 'b', 4],
    ],
  ],
  [
    '\na\n\n\nb',
    [
      [2, 'a', 3],
      [5, 'b', 6],
    ],
  ],
  [
    'a\r\nb\r\n',
    [
      [1, 'a', 3],
      [2, 'b', 6],
    ],
  ],
  [
    '\ufeffa\nb',
    [
      [1, 'a', 5],
      [2, 'b', 6],
    ],
  ],
] as const)('reads %j', async (text, expected) => expect(await linesOf(text)).toEqual(expected));

it('discards a line that is too long and continues with the next', async () => {
  const [long, longest] = ['x'.repeat(101), 'y'.repeat(300_000)];
  expect(await linesOf(`a\n${long}\nb\n${longest}\n\nc\n${long}`)).toEqual([
    [1, 'a', 2],
    [2, null, 104],
    [3, 'b', 106],
    [4, null, 300_107],
    [6, 'c', 300_110],
    [7, null, 300_211],
  ]);
});

it('reads lines across chunk boundaries', async () => {
  const lines = Array.from({ length: 5_000 }, (_, n) => `${n} ${'é'.repeat(n % 60)}`);
  const found = await linesOf(lines.join('\n'), 1_000);
  expect(found.map(([, text]) => text)).toEqual(lines);
  expect(found.map(([number]) => number)).toEqual(lines.map((_, n) => n + 1));
});
