const LAST_CODE_POINT = 0x10ffff;

/**
 * The first text in the order of code points behind everything that begins with the prefix; null when there is none. With
 * it a prefix is a range of an index, and no character of it is a wildcard.
 */
export function prefixUpperBound(prefix: string): string | null {
  const points = [...prefix];
  while (points.length > 0) {
    const point = points.pop()?.codePointAt(0) ?? LAST_CODE_POINT;
    if (point === LAST_CODE_POINT) continue;
    // Halves of surrogate pairs are no text.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return null;
}
