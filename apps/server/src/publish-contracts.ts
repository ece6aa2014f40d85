import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonSchema } from '#kernel';
import { findBreakingChanges, type PersonalDataPolicy, publishedEventSchema } from '#messaging';
import { exitWithError, parseArguments } from './cli-command.js';
import { PUBLISHED_EVENTS } from './events.js';

const PERSONAL_DATA_MODES: readonly PersonalDataPolicy[] = ['include', 'omit'];

/**
 * `make contracts`: writes the JSON Schema of every event into a folder, and into `omit/` the one of those that tell less
 * with `EVENT_PERSONAL_DATA=omit`. What is published there already is only added to; exit code 1 if anything else was tried.
 */
function main(folder: string): number {
  const incompatibilities = PERSONAL_DATA_MODES.flatMap((mode) =>
    publishSchemas(path.join(folder, mode === 'omit' ? 'omit' : ''), mode),
  );
  for (const line of incompatibilities) console.error(line);
  if (incompatibilities.length > 0)
    console.error('A published event keeps its promises: make a new version of it instead.');
  return incompatibilities.length > 0 ? 1 : 0;
}

function publishSchemas(folder: string, mode: PersonalDataPolicy): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const events = PUBLISHED_EVENTS.filter(({ contract }) => mode === 'include' || contract.sparse !== undefined);
  return events.flatMap(({ contract }) => {
    const [file, schema] = [path.join(folder, `${contract.type}.schema.json`), publishedEventSchema(contract, mode)];
    const published = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JsonSchema) : {};
    const incompatibilities = findBreakingChanges(schema, published).map(
      (fault) => `${contract.type} (${mode}): ${fault}`,
    );
    if (incompatibilities.length === 0) writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
    return incompatibilities;
  });
}

try {
  const [folder = 'docs/events'] = parseArguments('publish-contracts.js <folder>', {}, 1).positionals;
  process.exitCode = main(folder);
} catch (error) {
  exitWithError(error);
}
