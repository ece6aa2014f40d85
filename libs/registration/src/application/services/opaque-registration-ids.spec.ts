import { beforeEach, describe, expect, it } from 'vitest';
import { isUuid, parseIdentifier, uuidFromHash } from '#kernel';
import { PlainIdentifierHasher } from '#kernel/testing';
import { OpaqueRegistrationIds } from './opaque-registration-ids.js';

const MIA = parseIdentifier('mia@example.org', 'US');
const PHONE = parseIdentifier('+14155550132', 'US');

describe('OpaqueRegistrationIds', () => {
  let identifiers: PlainIdentifierHasher;
  let ids: OpaqueRegistrationIds;
  beforeEach(() => {
    identifiers = new PlainIdentifierHasher();
    ids = new OpaqueRegistrationIds(identifiers);
  });

  it('derives one UUID per identifier [AC-63]', () => {
    expect(isUuid(ids.of(MIA))).toBe(true);
    expect(ids.of(parseIdentifier('Mia@Example.ORG', 'US'))).toBe(ids.of(MIA));
    expect(ids.of(PHONE)).not.toBe(ids.of(MIA));
  });

  it('derives an id that depends neither on the stored hash nor on that of an import [AC-63]', () => {
    const others = [MIA.key, `import:${MIA.key}`].map((key) => uuidFromHash(identifiers.hash({ key })));
    expect(others).not.toContain(ids.of(MIA));
  });

  it('derives another id when another key of the ring writes [AC-63]', () => {
    const before = ids.of(MIA);
    identifiers.writer = 'old';
    expect(ids.of(MIA)).not.toBe(before);
  });
});
