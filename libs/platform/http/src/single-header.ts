/** Returns the value of a header that occurs exactly once; Node silently drops a repeated Authorization. */
export function singleHeader(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
  return values.length === 1 ? values[0] : undefined;
}
