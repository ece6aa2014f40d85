const LAST_CODE_POINT = 0x10ffff;

/**
 * Returns the first text in code point order after every text that begins with the prefix, or null when there is none. A
 * prefix search thus becomes an index range, and no character acts as a wildcard.
 */
export function prefixUpperBound(prefix: string): string | null {
  const points = [...prefix];
  while (points.length > 0) {
    const point = points.pop()?.codePointAt(0) ?? LAST_CODE_POINT;
    if (point === LAST_CODE_POINT) continue;
    // Skip surrogates: a lone surrogate is not valid text.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return null;
}
