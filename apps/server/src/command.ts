import { type ParseArgsConfig, parseArgs } from 'node:util';
import { DomainError } from '#kernel';
import { BadConfiguration } from '#platform/config';
import { EmbeddedPostgresError } from '#platform/embedded-postgres';

/** A command cannot do what it was asked. The message says why, or how it is called. */
export class Refusal extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * What was typed behind a command. Whatever it does not know is refused: `--help` or a typing error is no consent.
 * @param most how many words may stand there beside the options
 * @throws Refusal with `usage`
 */
export function readArguments<const T extends Options>(usage: string, options: T, most: number) {
  try {
    const read = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
    if (read.positionals.length <= most) return read;
  } catch {
    // An option that does not exist, or one without its value.
  }
  throw new Refusal(usage);
}

/** Ends the process: with a sentence about what somebody can mend, with the stack where the fault is ours. */
export function fail(error: unknown, exitCode = 1): never {
  console.error(explained(error) ?? error);
  process.exit(exitCode);
}

function explained(error: unknown): string | undefined {
  if (error instanceof DomainError && error.faults.length > 0)
    return error.faults.map(({ detail }) => detail).join('\n');
  const isSentence =
    error instanceof Refusal || error instanceof BadConfiguration || error instanceof EmbeddedPostgresError;
  return isSentence ? error.message : undefined;
}
