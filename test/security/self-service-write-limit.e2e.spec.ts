import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS } from '../support/backends.js';
import { statusAndCode } from '../support/problem-catalog.js';
import { createAdministrator, createUserWithRoles, type SignedInUser } from '../support/staff-fixtures.js';
import { useTestApp } from '../support/test-app.js';

const MOST_WRITES = 60;

describe.each(BACKENDS)('changes of one’s own record on $name', (backend) => {
  const app = useTestApp(backend);
  let admin: SignedInUser;
  beforeAll(async () => {
    admin = await createAdministrator(app);
  }, 90_000);

  const change = ({ bearer }: SignedInUser, json: object, headers = {}) =>
    app.request('PATCH', '/v1/customers/me', { bearer, json, headers });

  it('are sixty an hour; one that failed is not counted, and others have theirs [AC-77]', async () => {
    const [mia, eve] = [
      await createUserWithRoles(app, admin, ['customer']),
      await createUserWithRoles(app, admin, ['customer']),
    ];
    const refused = [
      await change(mia, { lastName: 7 }),
      await change(mia, { lastName: ' \u0000' }),
      await change(mia, { lastName: 'Ada' }, { 'if-match': `"${mia.id}.99"` }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 412]);
    const answers: number[] = [];
    for (let n = 0; n < MOST_WRITES; n++) answers.push((await change(mia, { lastName: `Name ${n}` })).status);
    expect(answers).toEqual(Array(MOST_WRITES).fill(200));
    const beyond = await change(mia, { lastName: 'One more' });
    expect(statusAndCode(beyond)).toBe('429 customer.too_many_changes');
    expect(Number(beyond.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await app.getMe(mia.bearer)).json['lastName']).toBe(`Name ${MOST_WRITES - 1}`);
    expect((await change(eve, { lastName: 'Eve' })).status).toBe(200);
    const byStaff = { bearer: admin.bearer, json: { lastName: 'By an administrator' } };
    expect((await app.request('PATCH', `/v1/customers/${mia.id}`, byStaff)).status).toBe(200);
  });
});
