import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process environment, which overrides the `.env` file of the working directory if there is one. */
export function readEnvironment(file = '.env'): Environment {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const fromProcess = Object.entries(process.env).filter(([, value]) => value !== undefined && value.trim() !== '');
  return { ...fromFile, ...Object.fromEntries(fromProcess) };
}
