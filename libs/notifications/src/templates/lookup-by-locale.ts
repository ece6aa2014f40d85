/** RFC 4647 lookup: the tag itself, then its language, then the first of those known. @param locale BCP 47 */
export function lookupByLocale<Words extends { readonly locale: string }>(
  available: readonly [Words, ...Words[]],
  locale: string,
): Words {
  const tag = locale.toLowerCase();
  return (
    available.find((words) => words.locale.toLowerCase() === tag) ??
    available.find((words) => primaryLanguageOf(words.locale) === primaryLanguageOf(tag)) ??
    available[0]
  );
}

const primaryLanguageOf = (tag: string): string | undefined => tag.toLowerCase().split('-', 1)[0];
