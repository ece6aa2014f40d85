import { Cpf, type Identifier, InvalidInput, parseIdentifier } from '#kernel';

/** Parses a submitted name. Null when it is not a valid identifier. */
export const parseLoginName = (username: string, market: string): Identifier | null =>
  parseOrNull(() => parseIdentifier(username, market));

const PUNCTUATED_CPF = /^[0-9.]+-[0-9]{2}$/;

/**
 * The possible meanings of a sign-in name, the likelier first. Eleven digits can be a phone number of the market and a CPF, of two
 * different customers: the phone number is tried first. A punctuated CPF is unambiguous.
 */
export function parseLoginNameCandidates(username: string, market: string): readonly (Identifier | Cpf)[] {
  const cpf = parseOrNull(() => Cpf.parse(username));
  if (cpf && PUNCTUATED_CPF.test(username)) return [cpf];
  return [parseLoginName(username, market), cpf].filter((name) => name !== null);
}

/** The canonical name under which tries are counted, so that all spellings share one count. */
export function backoffNameOf(names: readonly [Identifier | Cpf, ...(Identifier | Cpf)[]]): Identifier | Cpf {
  const [likeliest] = names;
  if (likeliest.kind === 'email') return likeliest;
  return parseOrNull(() => Cpf.parse(likeliest.canonical.slice(-11))) ?? names.at(-1) ?? likeliest;
}

/** The backoff name of a submitted name; null when it is not a valid name. */
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
