import { type ParseArgsConfig, parseArgs } from 'node:util';
import { DomainError } from '#kernel';
import { InvalidConfiguration } from '#platform/config';
import { EmbeddedPostgresError } from '#platform/embedded-postgres';

/** A command cannot do what it was asked. The message says why, or how it is called. */
export class OperatorError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * What was typed behind a command. Whatever it does not know is refused: `--help` or a typing error is no consent.
 * @param maxPositionals how many words may stand there beside the options
 * @throws Refusal with `usage`
 */
export function parseArguments<const T extends Options>(usage: string, options: T, maxPositionals: number) {
  try {
    const parsed = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
    if (parsed.positionals.length <= maxPositionals) return parsed;
  } catch {
    // An option that does not exist, or one without its value.
  }
  throw new OperatorError(usage);
}

/** Ends the process: with a sentence about what somebody can mend, with the stack where the fault is ours. */
export function exitWithError(error: unknown, exitCode = 1): never {
  console.error(operatorMessageOf(error) ?? error);
  process.exit(exitCode);
}

function operatorMessageOf(error: unknown): string | undefined {
  if (error instanceof DomainError && error.faults.length > 0)
    return error.faults.map(({ detail }) => detail).join('\n');
  const isOperatorError =
    error instanceof OperatorError || error instanceof InvalidConfiguration || error instanceof EmbeddedPostgresError;
  return isOperatorError ? error.message : undefined;
}
