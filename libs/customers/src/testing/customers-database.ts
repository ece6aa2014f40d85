import { type FreshDatabase, openDatabase } from '#platform/database/testing';
import { DocumentSealer } from '../adapters/crypto/document-sealer.js';
import { customersTables } from '../adapters/typeorm/tables.js';

export const DOCUMENT_SEALER = new DocumentSealer({
  identifier: [{ kid: '0', secret: 'a secret of the tests, long enough for all' }],
});

/** A fresh database with the tables of this module. */
export const openCustomersDatabase = (fresh: () => Promise<FreshDatabase>) => openDatabase(fresh, [customersTables]);
