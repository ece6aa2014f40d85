import { expect, it } from 'vitest';
import { etagOf, parseIfMatch } from './etag.js';

const ID = '0199aaaa-0000-4000-8000-000000000001';
const OTHER = '0199aaaa-0000-4000-8000-000000000002';

it.each<[string | undefined, number | null]>([
  [undefined, null],
  ['*', null],
  [etagOf({ id: ID, version: 7 }), 7],
  [` "x", ${etagOf({ id: ID, version: 12 })}`, 12],
  [etagOf({ id: OTHER, version: 7 }), 0],
  [`W/${etagOf({ id: ID, version: 7 })}`, 0],
  [`"${ID}.07"`, 0],
  [`"${ID}"`, 0],
  ['', 0],
  ['7', 0],
])('If-Match: %s asks for version %s', (header, version) => expect(parseIfMatch(header, ID)).toBe(version));
