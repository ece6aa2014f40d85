import { EntitySchema } from 'typeorm';
import { columnTypesFor, type Dialect, type Tables } from '#platform/database';
import { CreateAuth1763600000001 } from './migrations/1763600000001-create-auth.js';
import { CreateSessions1763600000006 } from './migrations/1763600000006-create-sessions.js';
import { CreateLinks1763600000009 } from './migrations/1763600000009-create-links.js';
import { KeepForeignPasswords1763600000051 } from './migrations/1763600000051-keep-foreign-passwords.js';
import { BoundRefreshAudit1763600000063 } from './migrations/1763600000063-bound-refresh-audit.js';

export interface SubjectRow {
  customerId: string;
  credential: string | null;
  roles: string;
  status: 'active' | 'suspended';
  generation: number;
  market: string;
  locale: string;
  /** 1: the password is only valid for setting a new one. */
  oneTime: number;
  /** How many events of the subject were published. */
  sequence: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface IdentifierRow {
  identifierHash: string;
  customerId: string;
}

export const SUBJECTS = 'auth_subjects';
export const IDENTIFIERS = 'auth_identifiers';

const text = (length: number) => ({ type: 'varchar', length }) as const;
const INT = { type: 'int' } as const;
const BIGINT = { type: 'bigint' } as const;

function schemas(dialect: Dialect): readonly EntitySchema[] {
  const type = columnTypesFor(dialect);
  return [
    new EntitySchema<SubjectRow>({
      name: SUBJECTS,
      columns: {
        customerId: { ...type.id, primary: true },
        credential: { ...text(500), nullable: true },
        roles: text(100),
        status: text(16),
        generation: INT,
        market: { type: 'char', length: 2, default: 'US' },
        locale: { ...text(35), default: 'en' },
        oneTime: { ...INT, default: 0 },
        sequence: { ...INT, default: 0 },
        createdAt: type.instant,
        updatedAt: type.instant,
      },
    }),
    new EntitySchema<IdentifierRow>({
      name: IDENTIFIERS,
      columns: { identifierHash: { ...type.hash, primary: true }, customerId: type.id },
      indices: [{ name: 'ix_auth_identifiers_customer', columns: ['customerId'] }],
    }),
    new EntitySchema({
      name: 'auth_sessions',
      columns: {
        id: { ...type.id, primary: true },
        customerId: type.id,
        generation: INT,
        turn: INT,
        currentHash: type.hash,
        previousHash: { ...type.hash, nullable: true },
        rotatedMs: BIGINT,
        expiresMs: BIGINT,
        revokedMs: { ...BIGINT, default: 0 },
        refusedMs: { ...BIGINT, default: 0 },
        repeatedTurn: { ...INT, default: -1 },
        scope: text(64),
        source: text(64),
        createdAt: type.instant,
        usedAt: type.instant,
      },
      indices: [
        { name: 'ix_auth_sessions_customer_created', columns: ['customerId', 'createdAt', 'id'] },
        { name: 'ix_auth_sessions_expires', columns: ['expiresMs'] },
      ],
    }),
    new EntitySchema({
      name: 'auth_revocations',
      columns: {
        id: { ...type.id, primary: true },
        customerId: type.id,
        sessionId: { ...type.id, nullable: true },
        generation: { ...INT, nullable: true },
        keptSessionId: { ...type.id, nullable: true },
        revokedMs: BIGINT,
        expiresMs: BIGINT,
      },
      indices: [
        { name: 'ix_auth_revocations_revoked', columns: ['revokedMs'] },
        { name: 'ix_auth_revocations_session', columns: ['sessionId'] },
        { name: 'ix_auth_revocations_customer', columns: ['customerId'] },
      ],
    }),
    new EntitySchema({
      name: 'auth_login_tries',
      columns: {
        subjectKey: { ...text(80), primary: true },
        source: { ...text(64), primary: true },
        wrong: INT,
        openTries: INT,
        lastMs: BIGINT,
        waitUntilMs: BIGINT,
        knownUntilMs: BIGINT,
      },
      indices: [{ name: 'ix_auth_login_tries_last', columns: ['lastMs'] }],
    }),
    new EntitySchema({
      name: 'auth_links',
      columns: {
        id: { ...type.id, primary: true },
        identityHash: type.hash,
        issuer: text(255),
        subject: text(255),
        customerId: type.id,
        createdAt: type.instant,
      },
      indices: [
        { name: 'uq_auth_links_identity', columns: ['identityHash'], unique: true },
        { name: 'ix_auth_links_customer', columns: ['customerId'] },
      ],
    }),
  ];
}

export const authTables: Tables = {
  schemas,
  migrations: [
    CreateAuth1763600000001,
    CreateSessions1763600000006,
    CreateLinks1763600000009,
    KeepForeignPasswords1763600000051,
    BoundRefreshAudit1763600000063,
  ],
};
