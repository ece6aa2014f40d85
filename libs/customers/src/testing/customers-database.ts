import { type FreshDatabase, openDatabase } from '#platform/testing';
import { SealedDocuments } from '../adapters/crypto/sealed-documents.js';
import { customersTables } from '../adapters/typeorm/tables.js';

export const DOCUMENTS = new SealedDocuments({
  identifier: [{ kid: '0', secret: 'a secret of the tests, long enough for all' }],
});

/** A fresh database with the tables of this module. */
export const openCustomers = (fresh: () => Promise<FreshDatabase>) => openDatabase(fresh, [customersTables]);
