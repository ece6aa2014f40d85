import { describe, expect, it } from 'vitest';
import { commandLine } from './postgres-identity.js';

describe('running a program under an identity', () => {
  const owner = { uid: 65534, gid: 65534 };

  it('puts the words of the identity change first', () => {
    const { file, args } = commandLine({ mode: 'userns', prefix: ['unshare', '--user'] }, '/pg/bin/postgres', [
      '-D',
      'x',
    ]);
    expect([file, ...args]).toEqual(['unshare', '--user', '/pg/bin/postgres', '-D', 'x']);
  });

  it('passes the owner’s ids to the child only without such words', () => {
    const ids = (stepDown: boolean) => commandLine({ mode: 'nobody', prefix: [], owner, stepDown }, '/p', []).options;
    expect(ids(true)).toMatchObject(owner);
    expect(ids(false)).not.toHaveProperty('uid');
  });

  it('passes nothing of the environment on', () => {
    const { env } = commandLine({ mode: 'user', prefix: [] }, '/pg/bin/postgres', []).options;
    expect(Object.keys(env).sort()).toEqual(['LC_ALL', 'PATH', 'TZ']);
  });
});
