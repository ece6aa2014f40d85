import { describe, expect, it } from 'vitest';
import { BadConfiguration } from '#platform';
import { noListening, noWayIn } from './reach.js';

const URL = 'postgres://foyer:c4n4ry@db.example:5432/foyer';

describe('what to do about a database that lets nobody in', () => {
  const told = (error: unknown) => noWayIn(error, URL).message;

  it('names the setting, the place and the reason, never the password', () => {
    const message = told(new Error('role "foyer" does not exist'));
    expect(message).toContain('DATABASE_URL lets nobody in at db.example:5432/foyer: role "foyer" does not exist');
    expect(message).not.toContain('c4n4ry');
  });

  it('finds the words of a name with two addresses', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:5432'), { code: 'ECONNREFUSED' });
    expect(told(new AggregateError([refused]))).toContain('connect ECONNREFUSED ::1:5432');
    expect(told(Object.assign(new Error(''), { code: 'ETIMEDOUT' }))).toContain('ETIMEDOUT');
  });
});

it.each([
  ['EADDRINUSE', 'PORT 80 is taken on 127.0.0.1'],
  ['EACCES', 'PORT 80 is not for this user'],
  ['EADDRNOTAVAIL', 'HOST 127.0.0.1 is no address of this machine'],
])('an address that cannot be listened to, %s: %s', (code, sentence) => {
  const error = Object.assign(new Error(`listen ${code}`), { code });
  const told = noListening(error, { host: '127.0.0.1', port: 80 }, 'PORT');
  expect([told instanceof BadConfiguration, (told as Error).message]).toEqual([
    true,
    expect.stringContaining(sentence),
  ]);
});

it('leaves other faults as they are', () => {
  const error = new Error('a bug');
  expect(noListening(error, { host: '::', port: 80 }, 'PORT')).toBe(error);
});
