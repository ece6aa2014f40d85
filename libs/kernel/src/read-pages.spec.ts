import { expect, it } from 'vitest';
import type { PageRequest } from './page.js';
import { readPages } from './read-pages.js';

const AT = new Date('2026-03-01T12:00:00.000Z');

/** Numbers up to `last`; records the requests. */
function source(last: number) {
  const asked: PageRequest[] = [];
  const read = async (wanted: PageRequest) => {
    asked.push(wanted);
    const from = Number(wanted.after?.id ?? 0);
    const items = Array.from({ length: Math.min(wanted.limit, last - from) }, (_, n) => from + n + 1);
    return { items, next: from + items.length < last ? { at: AT, id: String(items.at(-1)) } : null };
  };
  return { asked, read };
}

it.each([0, 1, 3, 4, 7])('reads %i items in pages of three, each once and in order', async (last) => {
  const { asked, read } = source(last);
  const items: number[] = [];
  for await (const item of readPages(read, 3)) items.push(item);
  expect(items).toEqual(Array.from({ length: last }, (_, n) => n + 1));
  expect(asked.map(({ limit }) => limit)).toEqual(Array(Math.max(1, Math.ceil(last / 3))).fill(3));
});

it('reads a page only after the previous one was consumed [AC-69]', async () => {
  const { asked, read } = source(100);
  const items = readPages(read, 3);
  for (let n = 0; n < 3; n++) await items.next();
  expect(asked).toHaveLength(1);
  await items.next();
  expect(asked).toHaveLength(2);
  await items.return(undefined);
  expect((await items.next()).done).toBe(true);
  expect(asked).toHaveLength(2);
});
