import { InvalidInput } from '#kernel';
import { createValidationPipe, parseStrictJson } from '#platform/http';
import type { ImportLine } from '../../application/services/import-candidate.js';
import { ImportedCustomerDto } from './imported-customer.dto.js';
import type { NdjsonLine } from './ndjson-lines.js';

const validation = createValidationPipe();

/**
 * Parses and validates a line like a request body.
 * @throws InvalidInput
 */
export async function parseImportLine({ bytes }: NdjsonLine): Promise<ImportLine> {
  if (bytes === null) throw InvalidInput.at('', 'line.too_long', 'must have at most 64 KiB');
  const json = parseStrictJson(bytes);
  if ('fault' in json)
    throw InvalidInput.at('', `json.${json.fault}`, 'must be one JSON object that cannot be read in two ways');
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value))
    throw InvalidInput.at('', 'json.not_an_object', 'must be a JSON object');
  return (await validation.transform(json.value, { type: 'body', metatype: ImportedCustomerDto })) as ImportLine;
}
