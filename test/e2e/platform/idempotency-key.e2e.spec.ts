import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { newRegistration } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const key = (value: string) => ({ headers: { 'idempotency-key': value } });

describe.each(BACKENDS)('an Idempotency-Key, on $name', (backend) => {
  const app = useTestApp(backend);

  it('gets the same answer for the same body, and says so', async () => {
    const person = newRegistration();
    const first = await app.register(person, key('k-1'));
    const second = await app.register({ password: person.password, email: person.email }, key('k-1'));
    expect(second.status).toBe(201);
    expect(second.json).toEqual(first.json);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('RC-17 is refused for another body, and is another key for another caller', async () => {
    const person = newRegistration();
    await app.register(person, key('k-2'));
    expect((await app.register({ ...person, firstName: 'Ada' }, key('k-2'))).status).toBe(422);
    expect((await app.register(newRegistration(), key('k-2'))).status).toBe(201);
  });

  it('RC-17 runs once when many come at the same moment', async () => {
    const person = newRegistration();
    const replies = await Promise.all(Array.from({ length: 20 }, () => app.register(person, key('k-3'))));
    const done = replies.filter(({ status }) => status === 201);
    expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(new Set(done.map(({ json }) => json.attemptId)).size).toBe(1);
    expect(done.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
  });

  it('is kept of no refusal', async () => {
    const person = newRegistration();
    expect((await app.register({ ...person, password: 'short' }, key('k-4'))).status).toBe(422);
    expect((await app.register(person, key('k-4'))).status).toBe(201);
    expect((await app.register(person, key('no blanks'))).status).toBe(422);
  });
});
