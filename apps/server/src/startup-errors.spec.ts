import { describe, expect, it } from 'vitest';
import { InvalidConfiguration } from '#platform/config';
import { OperatorError } from './cli-command.js';
import { databaseConnectionError, listenError, pendingMigrationsError } from './startup-errors.js';

const URL = 'postgres://foyer:c4n4ry@db.example:5432/foyer';

describe('what to do about a database that lets nobody in', () => {
  const told = (error: unknown) => databaseConnectionError(error, URL).message;

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

describe('what to do about a database that lacks migrations', () => {
  const told = (missing: number, isRunning = false) => pendingMigrationsError({ known: 20, missing, isRunning }, URL);

  it.each([
    [20, false, 'was never migrated: run "make migrate" (node dist/apps/server/src/migrate.js), then start again.'],
    [3, false, 'lacks 3 of the 20 migrations of this version: run "make migrate" '],
    [3, true, 'lacks 3 of the 20 migrations of this version: another process is migrating at this moment: start again'],
  ])('names the place and the command in one line, never the password: %i missing, %s [AC-85]', (...one) => {
    const [missing, isRunning, sentence] = one;
    const refusal = told(missing, isRunning);
    expect(refusal).toBeInstanceOf(OperatorError);
    expect(refusal.message).toContain(`The database db.example:5432/foyer (DATABASE_URL) ${sentence}`);
    expect(refusal.message).toContain('make migrate');
    expect(refusal.message).not.toMatch(/c4n4ry|\n/);
  });
});

it.each([
  ['EADDRINUSE', 'PORT 80 is taken on 127.0.0.1'],
  ['EACCES', 'PORT 80 is not for this user'],
  ['EADDRNOTAVAIL', 'HOST 127.0.0.1 is no address of this machine'],
])('an address that cannot be listened to, %s: %s', (code, sentence) => {
  const error = Object.assign(new Error(`listen ${code}`), { code });
  const told = listenError(error, { host: '127.0.0.1', port: 80 }, 'PORT');
  expect([told instanceof InvalidConfiguration, (told as Error).message]).toEqual([
    true,
    expect.stringContaining(sentence),
  ]);
});

it('leaves other faults as they are', () => {
  const error = new Error('a bug');
  expect(listenError(error, { host: '::', port: 80 }, 'PORT')).toBe(error);
});
