import { describe, expect, it } from 'vitest';
import { findBinaries } from './binaries.js';
import { EmbeddedPostgresError, toEmbeddedPostgresError } from './embedded-postgres-error.js';

describe('toEmbeddedPostgresError', () => {
  it.each([
    ['ENOSPC: no space left on device, write', /disk of \/data\/pg is full/],
    ['FATAL: could not write file: No space left on device', /disk of \/data\/pg is full/],
    ['EACCES: permission denied, mkdir', /no permission to read and write \/data\/pg/],
    ['EROFS: read-only file system', /no permission to read and write \/data\/pg/],
    ['something else', /something else/],
  ])('explains %s', (message, sentence) => {
    const error = toEmbeddedPostgresError(new Error(message), '/data/pg');
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(error.message).toMatch(sentence);
    expect(error.message).toContain('set DATABASE_URL to use a server');
  });

  it('explains an error only once', () => {
    const error = new EmbeddedPostgresError('the disk is full.');
    expect(toEmbeddedPostgresError(error, '/data/pg')).toBe(error);
  });

  it('explains a platform without PostgreSQL', async () => {
    await expect(findBinaries('sunos', 's390')).rejects.toThrow(/sunos-s390.*set DATABASE_URL to use a server/s);
  });
});
