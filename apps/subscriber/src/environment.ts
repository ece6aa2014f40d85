import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process environment over `.env`; what is empty is unset. */
export function readEnvironment(file = '.env'): Environment {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const set = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
  return { ...set(fromFile), ...set(process.env) };
}
