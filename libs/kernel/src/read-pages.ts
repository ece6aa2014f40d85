import type { Page, PagePosition, PageRequest } from './page.js';

/** Yields all items page by page. The next page is read after the previous one was consumed. */
export async function* readPages<Item>(
  read: (request: PageRequest) => Promise<Page<Item>>,
  limit: number,
): AsyncGenerator<Item> {
  for (let after: PagePosition | null | undefined; after !== null; ) {
    const page: Page<Item> = await read({ limit, after: after ?? null });
    yield* page.items;
    after = page.next;
  }
}
