import { Cpf, type Identifier, InvalidInput, parseIdentifier } from '#kernel';

/** What somebody typed as his name, or null: a name that cannot be read is nobody's. */
export const parseLoginName = (username: string, market: string): Identifier | null =>
  parseOrNull(() => parseIdentifier(username, market));

const PUNCTUATED_CPF = /^[0-9.]+-[0-9]{2}$/;

/**
 * What a name to sign in with may mean, the likelier first. Eleven digits may be a phone number of the market and a CPF, of two
 * people: the number is looked for first, and who punctuates his CPF is never mistaken.
 */
export function parseLoginNameCandidates(username: string, market: string): readonly (Identifier | Cpf)[] {
  const cpf = parseOrNull(() => Cpf.parse(username));
  if (cpf && PUNCTUATED_CPF.test(username)) return [cpf];
  return [parseLoginName(username, market), cpf].filter((name) => name !== null);
}

/** What tries at a name are counted under, whoever has it: one for all spellings, or each would be a count of its own. */
export function backoffNameOf(names: readonly [Identifier | Cpf, ...(Identifier | Cpf)[]]): Identifier | Cpf {
  const [likeliest] = names;
  if (likeliest.kind === 'email') return likeliest;
  return parseOrNull(() => Cpf.parse(likeliest.canonical.slice(-11))) ?? names.at(-1) ?? likeliest;
}

/** The same of a name as it was typed; null when it can be nobody's. */
export function parseBackoffName(username: string, market: string): Identifier | Cpf | null {
  const [likeliest, ...others] = parseLoginNameCandidates(username, market);
  return likeliest ? backoffNameOf([likeliest, ...others]) : null;
}

function parseOrNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}
