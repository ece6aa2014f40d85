import type { Keyed } from '#kernel';

/** Names somebody of another system: the same name gives the same id, so that importing twice is importing once. */
export const importKey = (name: string): Keyed => ({ key: `import:${name}` });
