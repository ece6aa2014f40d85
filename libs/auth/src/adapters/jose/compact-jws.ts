/** Groups of four characters, then a remainder of two or three whose unused bits are zero (RFC 4648, 3.5). */
const BASE64URL_PART = '(?:[\\w-]{4})*(?:[\\w-]{4}|[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])';
const COMPACT_JWS = new RegExp(`^${BASE64URL_PART}\\.${BASE64URL_PART}\\.${BASE64URL_PART}$`);

/**
 * Whether the token has three parts in canonical base64url. Decoders ignore the unused bits of the last character, so a
 * non-canonical token would evade a comparison of tokens as text.
 */
export const isCanonicalJws = (token: string): boolean => COMPACT_JWS.test(token);
