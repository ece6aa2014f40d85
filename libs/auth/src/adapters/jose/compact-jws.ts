/** Whole groups of four letters, then a rest of two or three whose unused bits are zero (RFC 4648, 3.5). */
const BASE64URL_PART = '(?:[\\w-]{4})*(?:[\\w-]{4}|[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])';
const COMPACT_JWS = new RegExp(`^${BASE64URL_PART}\\.${BASE64URL_PART}\\.${BASE64URL_PART}$`);

/**
 * Whether these are three parts in base64url, each in its only spelling. Decoders overlook the unused bits of the last letter,
 * and a token with several spellings passes by whoever compares tokens as text.
 */
export const isCanonicalJws = (token: string): boolean => COMPACT_JWS.test(token);
