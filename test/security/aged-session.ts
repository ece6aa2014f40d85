import { claimsOf } from '../auth/appoint.js';
import { type Door, refresh, type TokenSet } from '../auth/door.js';
import type { TestDatabase } from '../support/test-database.js';

/** What a refresh gives when the sign-in that opened this session was so many seconds ago. */
export async function aged(
  door: Door,
  database: TestDatabase,
  tokens: TokenSet,
  seconds: number,
): Promise<TokenSet & { readonly sid: string }> {
  const sid = String(claimsOf(tokens.access_token)['sid']);
  const createdAt = new Date(Date.now() - seconds * 1_000);
  await database.query('update auth_sessions set created_at = $1 where id = $2', [createdAt, sid]);
  const { status, json, text } = await refresh(door, tokens);
  if (status !== 200) throw new Error(`refresh answered ${status} ${text}`);
  return { ...json, sid };
}
