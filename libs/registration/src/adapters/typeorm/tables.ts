import type { Tables } from '#platform/database';
import { CreateRegistrationKeys1763600000003 } from './migrations/1763600000003-create-registration-keys.js';
import { KeepLostIds1763600000010 } from './migrations/1763600000010-keep-lost-ids.js';

/** Keys are on the hot path and use portable SQL only, so there is no entity schema. */
export const registrationTables: Tables = {
  schemas: () => [],
  migrations: [CreateRegistrationKeys1763600000003, KeepLostIds1763600000010],
};
