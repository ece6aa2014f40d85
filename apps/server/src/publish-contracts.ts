import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonSchema } from '#kernel';
import { findBreakingChanges, type PersonalDataPolicy, publishedEventSchema } from '#messaging';
import { fail, readArguments } from './command.js';
import { EVENTS } from './events.js';

const KINDS: readonly PersonalDataPolicy[] = ['include', 'omit'];

/**
 * `make contracts`: writes the JSON Schema of every event into a folder, and into `omit/` the one of those that tell less
 * with `EVENT_PERSONAL_DATA=omit`. What is published there already is only added to; exit code 1 if anything else was tried.
 */
function main(folder: string): number {
  const refused = KINDS.flatMap((kind) => publish(path.join(folder, kind === 'omit' ? 'omit' : ''), kind));
  for (const line of refused) console.error(line);
  if (refused.length > 0) console.error('A published event keeps its promises: make a new version of it instead.');
  return refused.length > 0 ? 1 : 0;
}

function publish(folder: string, kind: PersonalDataPolicy): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const told = EVENTS.filter(({ contract }) => kind === 'include' || contract.sparse !== undefined);
  return told.flatMap(({ contract }) => {
    const [file, schema] = [path.join(folder, `${contract.type}.schema.json`), publishedEventSchema(contract, kind)];
    const published = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JsonSchema) : {};
    const faults = findBreakingChanges(schema, published).map((fault) => `${contract.type} (${kind}): ${fault}`);
    if (faults.length === 0) writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
    return faults;
  });
}

try {
  const [folder = 'docs/events'] = readArguments('publish-contracts.js <folder>', {}, 1).positionals;
  process.exitCode = main(folder);
} catch (error) {
  fail(error);
}
