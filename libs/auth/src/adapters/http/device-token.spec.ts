import { describe, expect, it } from 'vitest';
import { deviceCookie } from '../../facade.js';
import { readDeviceToken } from './device-token.js';

describe('readDeviceToken', () => {
  it.each<[string, Record<string, string | string[] | undefined>, string | null]>([
    ['nothing', {}, null],
    ['a header', { 'x-device-token': 'one' }, 'one'],
    ['a cookie among others', { cookie: 'a=b; foyer_device=two; c=d' }, 'two'],
    ['both', { 'x-device-token': 'one', cookie: 'foyer_device=two' }, 'one'],
    ['an empty header and a cookie', { 'x-device-token': '', cookie: 'foyer_device=two' }, 'two'],
    ['a cookie whose name only ends so', { cookie: 'not_foyer_device=two' }, null],
    ['an empty cookie', { cookie: 'foyer_device=' }, ''],
  ])('reads the token from %s [AC-66]', (_, headers, token) => {
    expect(readDeviceToken({ headers })).toBe(token);
  });

  it('sets an HttpOnly SameSite=Strict cookie [AC-66]', () => {
    const attributes = 'Path=/v1/auth; Max-Age=15552000; HttpOnly; SameSite=Strict';
    expect(deviceCookie('one', 'http://127.0.0.1:3000')).toBe(`foyer_device=one; ${attributes}`);
    expect(deviceCookie('one', 'https://foyer.example')).toBe(`foyer_device=one; ${attributes}; Secure`);
  });
});
