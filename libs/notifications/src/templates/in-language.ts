/** RFC 4647 lookup: the tag itself, then its language, then the first of those known. @param locale BCP 47 */
export function inLanguage<Words extends { readonly locale: string }>(
  known: readonly [Words, ...Words[]],
  locale: string,
): Words {
  const tag = locale.toLowerCase();
  return (
    known.find((words) => words.locale.toLowerCase() === tag) ??
    known.find((words) => languageOf(words.locale) === languageOf(tag)) ??
    known[0]
  );
}

const languageOf = (tag: string): string | undefined => tag.toLowerCase().split('-', 1)[0];
