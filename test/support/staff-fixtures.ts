import { expect } from 'vitest';
import { runAdminCommand } from './admin-command.js';
import { changePassword, logIn } from './auth-requests.js';
import { freshEmail, freshPassword } from './registration-fixtures.js';
import type { TestApp } from './test-app.js';

export type Role = 'customer' | 'staff' | 'admin';

/** Somebody of the deployment, and his token. */
export interface SignedInUser {
  readonly id: string;
  readonly bearer: string;
  readonly email: string;
}

/** Appoints an administrator, who sets his own password. */
export async function createAdministrator(app: TestApp): Promise<SignedInUser> {
  const [email, password] = [freshEmail(), freshPassword()];
  const { stdout, code } = await runAdminCommand(app.program.env, email);
  expect(code, 'make admin').toBe(0);
  const once = stdout.split(/\s/)[1] ?? '';
  await changePassword(app, await logIn(app, { email, password: once }), once, password);
  return signIn(app, email, password);
}

/** A customer who has these roles. */
export async function createUserWithRoles(
  app: TestApp,
  admin: SignedInUser,
  roles: readonly Role[],
  overrides = {},
): Promise<SignedInUser> {
  const { person, customer } = await app.createCustomer({
    email: freshEmail(),
    password: freshPassword(),
    ...overrides,
  });
  if (roles.length > 1) {
    const given = await app.request('PUT', `/v1/customers/${customer.id}/roles`, {
      bearer: admin.bearer,
      json: { roles },
    });
    expect(given.status, given.text).toBe(204);
  }
  return signIn(app, person.email ?? '', person.password);
}

async function signIn(app: TestApp, email: string, password: string): Promise<SignedInUser> {
  const { access_token: bearer } = await logIn(app, { email, password });
  const { json } = await app.getMe(bearer);
  return { id: json.id, bearer, email };
}
