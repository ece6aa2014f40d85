import { expect } from 'vitest';
import { appoint } from '../auth/appoint.js';
import { change, logIn } from '../auth/door.js';
import type { Hall } from '../registration/hall.js';
import { freshEmail, freshPassword } from '../registration/people.js';

export type Role = 'customer' | 'staff' | 'admin';

/** Somebody of the house, and his token. */
export interface Signed {
  readonly id: string;
  readonly bearer: string;
  readonly email: string;
}

/** Appoints an administrator, who sets his own password. */
export async function administratorOf(hall: Hall): Promise<Signed> {
  const [email, password] = [freshEmail(), freshPassword()];
  const { stdout, code } = await appoint(hall.program.env, email);
  expect(code, 'make admin').toBe(0);
  const once = stdout.split(/\s/)[1] ?? '';
  await change(hall, await logIn(hall, { email, password: once }), once, password);
  return signed(hall, email, password);
}

/** A customer who has these roles. */
export async function somebody(hall: Hall, admin: Signed, roles: readonly Role[], known = {}): Promise<Signed> {
  const { person, customer } = await hall.customer({ email: freshEmail(), password: freshPassword(), ...known });
  if (roles.length > 1) {
    const given = await hall.request('PUT', `/v1/customers/${customer.id}/roles`, {
      bearer: admin.bearer,
      json: { roles },
    });
    expect(given.status, given.text).toBe(204);
  }
  return signed(hall, person.email ?? '', person.password);
}

async function signed(hall: Hall, email: string, password: string): Promise<Signed> {
  const { access_token: bearer } = await logIn(hall, { email, password });
  const { json } = await hall.me(bearer);
  return { id: json.id, bearer, email };
}
