import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamJson } from './stream-json.js';

async function* each<Item>(items: readonly Item[], taken?: (item: Item) => void): AsyncGenerator<Item> {
  for (const item of items) {
    taken?.(item);
    yield item;
  }
}
const textOf = async (document: unknown): Promise<string> => {
  let text = '';
  for await (const piece of streamJson(document)) text += piece;
  return text;
};

describe('streamJson', () => {
  it.each<[string, () => unknown, unknown]>([
    ['plain members', () => ({ a: 1, b: null, c: 'x"' }), { a: 1, b: null, c: 'x"' }],
    ['no items', () => ({ a: each([]) }), { a: [] }],
    ['items', () => ({ a: each([1, { b: 2 }]), z: 0 }), { a: [1, { b: 2 }], z: 0 }],
    ['items further inside', () => ({ a: { b: each(['x']), c: each([null]) } }), { a: { b: ['x'], c: [null] } }],
    ['what is undefined', () => ({ a: undefined, b: each([1]), c: undefined }), { b: [1] }],
    ['dates', () => ({ at: new Date(0), b: each([]) }), { at: '1970-01-01T00:00:00.000Z', b: [] }],
    ['an array alone', () => each([1, 2]), [1, 2]],
  ])('writes %s as JSON.stringify does', async (_, document, expected) => {
    expect(await textOf(document())).toBe(JSON.stringify(expected));
  });

  it('equals the whole document, whatever the items are', async () => {
    const property = fc.asyncProperty(fc.array(fc.jsonValue()), fc.jsonValue(), async (items, other) => {
      const expected = JSON.stringify({ items, other });
      expect(await textOf({ items: each(items), other })).toBe(expected);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('reads only the requested items, and none when the reader stops [AC-69]', async () => {
    const taken: string[] = [];
    const items = Array.from({ length: 1_000 }, (_, n) => `${n} ${'x'.repeat(1_000)}`);
    const pieces = streamJson({ items: each(items, (item) => taken.push(item)) });
    await pieces.next();
    expect(taken.length).toBeLessThan(20);
    await pieces.next();
    expect(taken.length).toBeLessThan(40);
    await pieces.return(undefined);
    expect((await pieces.next()).done).toBe(true);
    expect(taken.length).toBeLessThan(40);
  });
});
