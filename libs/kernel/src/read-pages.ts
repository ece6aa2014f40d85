import type { Page, PagePosition, PageRequest } from './page.js';

/** Everything in pages, one after the other: the next is read when the one before has been taken. */
export async function* readPages<Item>(
  read: (wanted: PageRequest) => Promise<Page<Item>>,
  limit: number,
): AsyncGenerator<Item> {
  for (let after: PagePosition | null | undefined; after !== null; ) {
    const page: Page<Item> = await read({ limit, after: after ?? null });
    yield* page.items;
    after = page.next;
  }
}
