import { afterEach, describe, expect, it } from 'vitest';
import { OperatorError, parseArguments } from './cli-command.js';

const argv = process.argv;

describe('readArguments', () => {
  afterEach(() => {
    process.argv = argv;
  });
  const read = (...args: string[]) => {
    process.argv = [...argv.slice(0, 2), ...args];
    return parseArguments('make it [name] [--dry-run]', { 'dry-run': { type: 'boolean' } }, 1);
  };

  it('gives what a command knows', () => {
    expect(read()).toMatchObject({ positionals: [], values: {} });
    expect(read('one', '--dry-run')).toMatchObject({ positionals: ['one'], values: { 'dry-run': true } });
  });

  it.each([[['--help']], [['-h']], [['--dry-rn']], [['--dry-run=yes']], [['one', 'two']]])('refuses %j', (args) => {
    expect(() => read(...args)).toThrow(new OperatorError('make it [name] [--dry-run]'));
  });
});
