import type { Keyed } from '#kernel';

/** The key of a customer in another system. The same name yields the same id, so a repeated import is idempotent. */
export const importKey = (name: string): Keyed => ({ key: `import:${name}` });
