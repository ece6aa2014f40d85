import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../registration/backends.js';
import { useHall } from '../registration/hall.js';
import { newcomer } from '../registration/people.js';

const key = (value: string) => ({ headers: { 'idempotency-key': value } });

describe.each(BACKENDS)('an Idempotency-Key, on $name', (backend) => {
  const hall = useHall(backend);

  it('gets the same answer for the same body, and says so', async () => {
    const person = newcomer();
    const first = await hall.register(person, key('k-1'));
    const second = await hall.register({ password: person.password, email: person.email }, key('k-1'));
    expect(second.status).toBe(201);
    expect(second.json).toEqual(first.json);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('RC-17 is refused for another body, and is another key for another caller', async () => {
    const person = newcomer();
    await hall.register(person, key('k-2'));
    expect((await hall.register({ ...person, firstName: 'Ada' }, key('k-2'))).status).toBe(422);
    expect((await hall.register(newcomer(), key('k-2'))).status).toBe(201);
  });

  it('RC-17 runs once when many come at the same moment', async () => {
    const person = newcomer();
    const replies = await Promise.all(Array.from({ length: 20 }, () => hall.register(person, key('k-3'))));
    const done = replies.filter(({ status }) => status === 201);
    expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(new Set(done.map(({ json }) => json.attemptId)).size).toBe(1);
    expect(done.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
  });

  it('is kept of no refusal', async () => {
    const person = newcomer();
    expect((await hall.register({ ...person, password: 'short' }, key('k-4'))).status).toBe(422);
    expect((await hall.register(person, key('k-4'))).status).toBe(201);
    expect((await hall.register(person, key('no blanks'))).status).toBe(422);
  });
});
