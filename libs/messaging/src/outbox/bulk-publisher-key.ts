/**
 * Where events that were appended in bulk wait for a publisher. A lane is a name of its own in the column `publisher`, so that
 * live events are found without looking past the others, by the same index.
 */
export const bulkPublisherKey = (publisher: string): string => `${publisher}:bulk`;
