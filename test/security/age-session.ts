import { decodeClaims } from '../support/admin-command.js';
import { type HttpClient, refreshTokens, type TokenResponse } from '../support/auth-requests.js';
import type { TestDatabase } from '../support/test-database.js';

/** What a refresh gives when the sign-in that opened this session was so many seconds ago. */
export async function ageSession(
  client: HttpClient,
  database: TestDatabase,
  tokens: TokenResponse,
  seconds: number,
): Promise<TokenResponse & { readonly sid: string }> {
  const sid = String(decodeClaims(tokens.access_token)['sid']);
  const createdAt = new Date(Date.now() - seconds * 1_000);
  await database.query('update auth_sessions set created_at = $1 where id = $2', [createdAt, sid]);
  const { status, json, text } = await refreshTokens(client, tokens);
  if (status !== 200) throw new Error(`refresh answered ${status} ${text}`);
  return { ...json, sid };
}
