import { describe, expect, it } from 'vitest';
import { backoffNameOf, parseLoginNameCandidates } from './login-name.js';

const keys = (username: string, market = 'BR') => parseLoginNameCandidates(username, market).map(({ key }) => key);

describe('parseLoginNameCandidates', () => {
  it.each([
    ['mia@example.org', ['email:mia@example.org']],
    ['+5511961234567', ['phone:+5511961234567']],
    ['529.982.247-25', ['cpf:52998224725']],
    ['00000000191', ['cpf:00000000191']],
    ['00000000192', []],
    ['529.982.247-24', ['phone:+5552998224724']],
    ['nobody', []],
    ['', []],
  ])('%s: %j', (username, expected) => {
    expect(keys(username)).toEqual(expected);
  });

  it('puts the phone number before the CPF for eleven digits that can be both [AC-23]', () => {
    expect(keys('11961234548')).toEqual(['phone:+5511961234548', 'cpf:11961234548']);
    expect(keys('119.612.345-48')).toEqual(['cpf:11961234548']);
    expect(keys('+55 11 96123-4548')).toEqual(['phone:+5511961234548']);
  });

  it('counts tries for all spellings of an unknown name together [AC-26]', () => {
    const counted = (username: string, market = 'BR') => {
      const [first, ...others] = parseLoginNameCandidates(username, market);
      return first && backoffNameOf([first, ...others]).key;
    };
    for (const spelling of ['11961234548', '119.612.345-48', '+5511961234548', '(11) 96123-4548'])
      expect(counted(spelling)).toBe('cpf:11961234548');
    expect(counted('52998224725')).toBe(counted('529.982.247-25'));
    expect(counted('+1 650 253 0000', 'US')).toBe('phone:+16502530000');
    expect(counted('mia@example.org')).toBe('email:mia@example.org');
  });
});
