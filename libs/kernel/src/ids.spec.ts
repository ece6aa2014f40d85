import { expect, it } from 'vitest';
import { isUuid, uuidFromHash } from './ids.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it('derives one version 4 UUID per hash', () => {
  const hashes = ['0123456789abcdef'.repeat(4), 'f'.repeat(64), '0'.repeat(64)];
  const ids = hashes.map(uuidFromHash);
  expect(new Set(ids).size).toBe(3);
  expect(hashes.map(uuidFromHash)).toEqual(ids);
  for (const id of ids) expect([isUuid(id), UUID_V4.test(id)]).toEqual([true, true]);
});
