import { type Identifier, InvalidInput, parseIdentifier } from '#kernel';

/** What somebody typed as his name, or null: a name that cannot be read is nobody's. */
export function readable(username: string, market: string): Identifier | null {
  try {
    return parseIdentifier(username, market);
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}
