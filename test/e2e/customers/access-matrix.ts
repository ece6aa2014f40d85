import { randomUUID } from 'node:crypto';

/** Who calls: nobody, another customer, the customer himself, staff, an administrator. */
export const CALLERS = ['nobody', 'other', 'owner', 'staff', 'admin'] as const;
export type Caller = (typeof CALLERS)[number];

export interface AccessCase {
  /** Method, path and, if it is not clear, what about; `{id}` is the customer’s. */
  readonly call: string;
  /** The answer to each of the callers. */
  readonly answers: string;
  body?(): object;
  /** Bodies that are refused; so is a good one with one field more. */
  readonly invalidBodies?: readonly object[];
  /** Queries that are refused. */
  readonly invalidQueries?: readonly string[];
  /** To those who may, when the customer was deleted; 404 unless it is said. */
  readonly statusWhenDeleted?: number;
  readonly takesIfMatch?: boolean;
}

const WHOLE = {
  ...{ firstName: 'Mira', lastName: null, document: null, market: 'BR', locale: 'pt-BR', attributes: {} },
  status: 'active',
};

/** Contract, section 4: the calls that name a customer. */
export const CUSTOMER_CALLS: readonly AccessCase[] = [
  { call: 'GET /v1/customers/{id}', answers: '401 404 200 200 200' },
  {
    call: 'PUT /v1/customers/{id}',
    answers: '401 403 403 403 200',
    body: () => WHOLE,
    invalidBodies: [
      {},
      { ...WHOLE, firstName: 7 },
      { ...WHOLE, status: 'deleted' },
      { ...WHOLE, email: 'eve@example.org' },
    ],
    takesIfMatch: true,
  },
  {
    call: 'PATCH /v1/customers/{id}',
    answers: '401 403 403 200 200',
    body: () => ({ firstName: 'Mira' }),
    invalidBodies: [
      { firstName: 7 },
      { email: 'eve@example.org' },
      { roles: ['admin'] },
      { document: '1' },
      { status: null },
    ],
    takesIfMatch: true,
  },
  {
    call: 'PATCH /v1/customers/{id} of the status',
    answers: '401 403 403 403 200',
    body: () => ({ status: 'suspended' }),
    takesIfMatch: true,
  },
  {
    call: 'POST /v1/customers/{id}/document/confirm',
    answers: '401 403 403 200 200',
    body: () => ({}),
    invalidBodies: [{ document: '1' }, { document: 7 }],
    takesIfMatch: true,
  },
  {
    call: 'PUT /v1/customers/{id}/roles',
    answers: '401 403 403 403 204',
    body: () => ({ roles: ['customer', 'staff'] }),
    invalidBodies: [{}, ...[[], ['root'], ['staff', 'staff'], [['staff']], 'staff', null].map((roles) => ({ roles }))],
  },
  {
    call: 'DELETE /v1/customers/{id}',
    answers: '401 403 403 403 204',
    invalidBodies: [{ mode: 'erase' }],
    invalidQueries: ['mode=soft', 'mode=', 'id=x'],
    takesIfMatch: true,
  },
  {
    call: 'DELETE /v1/customers/{id}?mode=erase',
    answers: '401 403 403 403 204',
    invalidBodies: [{ mode: 'erase' }],
    invalidQueries: ['mode=erase', 'id=x'],
    statusWhenDeleted: 204,
    takesIfMatch: true,
  },
  {
    call: 'DELETE /v1/customers/{id}/sessions',
    answers: '401 403 403 403 204',
    invalidBodies: [{ sid: 'x' }],
    invalidQueries: ['sid=x'],
  },
  {
    call: 'POST /v1/customers/{id}/restore',
    answers: '401 403 403 403 200',
    invalidBodies: [{ status: 'active' }],
    statusWhenDeleted: 200,
  },
];

/** The others; who calls those below `/me` is the customer. */
export const OTHERS: readonly AccessCase[] = [
  { call: 'GET /v1/customers', answers: '401 403 403 200 200', invalidQueries: ['status=gone', 'limit=0', 'id=x'] },
  { call: 'GET /v1/customers?status=suspended', answers: '401 403 403 200 200', invalidQueries: ['q='] },
  { call: 'GET /v1/customers?status=deleted', answers: '401 403 403 403 200' },
  {
    call: 'POST /v1/customers',
    answers: '401 403 403 403 201',
    body: () => ({ email: `${randomUUID()}@example.org` }),
    invalidBodies: [{}, { email: 'x' }, { email: 7 }, { phone: '12' }],
  },
  { call: 'GET /v1/customers/me', answers: '401 200 200 200 200' },
  {
    call: 'PATCH /v1/customers/me',
    answers: '401 200 200 200 200',
    body: () => ({ lastName: randomUUID() }),
    invalidBodies: [{ lastName: 7 }, { status: 'active' }, { roles: ['admin'] }],
    takesIfMatch: true,
  },
  { call: 'GET /v1/customers/me/export', answers: '401 200 200 200 200', invalidQueries: ['id=x'] },
  {
    call: 'POST /v1/customers/me/identifiers',
    answers: '401 400 400 400 400',
    body: () => ({ email: `${randomUUID()}@example.org`, currentPassword: 'a wrong one' }),
    invalidBodies: [{}, { currentPassword: 'a wrong one' }],
  },
  {
    call: 'POST /v1/customers/me/identifiers/confirm',
    answers: '401 410 410 410 410',
    body: () => ({ code: '04200420' }),
    invalidBodies: [{}, { code: '0420' }, { code: 4_200_420 }],
  },
  { call: 'GET /v1/audit', answers: '401 403 403 403 200', invalidQueries: ['from=now', 'limit=101', 'id=x'] },
];
