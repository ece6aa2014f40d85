/**
 * The value of the column `publisher` for events that were appended in bulk. It differs from the publisher's name, so the
 * same index finds live events without reading past the bulk events.
 */
export const bulkPublisherKey = (publisher: string): string => `${publisher}:bulk`;
