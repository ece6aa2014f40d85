import { Cpf, type Identifier, InvalidInput, parseIdentifier } from '#kernel';

/** What somebody typed as his name, or null: a name that cannot be read is nobody's. */
export const readable = (username: string, market: string): Identifier | null =>
  read(() => parseIdentifier(username, market));

const PUNCTUATED = /^[0-9.]+-[0-9]{2}$/;

/**
 * What a name to sign in with may mean, the likelier first. Eleven digits may be a phone number of the market and a CPF, of two
 * people: the number is looked for first, and who punctuates his CPF is never mistaken.
 */
export function readings(username: string, market: string): readonly (Identifier | Cpf)[] {
  const cpf = read(() => Cpf.parse(username));
  if (cpf && PUNCTUATED.test(username)) return [cpf];
  return [readable(username, market), cpf].filter((name) => name !== null);
}

/** What tries at a name are counted under, whoever has it: one for all spellings, or each would be a count of its own. */
export function countedAs(names: readonly [Identifier | Cpf, ...(Identifier | Cpf)[]]): Identifier | Cpf {
  const [likeliest] = names;
  if (likeliest.kind === 'email') return likeliest;
  return read(() => Cpf.parse(likeliest.canonical.slice(-11))) ?? names.at(-1) ?? likeliest;
}

/** The same of a name as it was typed; null when it can be nobody's. */
export function countedName(username: string, market: string): Identifier | Cpf | null {
  const [likeliest, ...others] = readings(username, market);
  return likeliest ? countedAs([likeliest, ...others]) : null;
}

function read<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}
