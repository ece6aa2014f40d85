import { describe, expect, it } from 'vitest';
import { commandLine } from './postgres-identity.js';

describe('running a program under an identity', () => {
  const owner = { uid: 65534, gid: 65534 };

  it('puts the words that change the identity first', () => {
    const { file, args } = commandLine({ mode: 'userns', prefix: ['unshare', '--user'] }, '/pg/bin/postgres', [
      '-D',
      'x',
    ]);
    expect([file, ...args]).toEqual(['unshare', '--user', '/pg/bin/postgres', '-D', 'x']);
  });

  it('gives the child the owner’s ids only where no such words do', () => {
    const ids = (stepDown: boolean) => commandLine({ mode: 'nobody', prefix: [], owner, stepDown }, '/p', []).options;
    expect(ids(true)).toMatchObject(owner);
    expect(ids(false)).not.toHaveProperty('uid');
  });

  it('hands nothing of our environment on', () => {
    const { env } = commandLine({ mode: 'user', prefix: [] }, '/pg/bin/postgres', []).options;
    expect(Object.keys(env).sort()).toEqual(['LC_ALL', 'PATH', 'TZ']);
  });
});
