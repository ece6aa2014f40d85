import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { DomainError } from '#kernel';
import { BodyGuard } from './body.guard.js';
import { InvalidBody } from './body-parser.js';
import { matchesIfNoneMatch } from './etag.js';
import { NoBodyPipe } from './no-body.pipe.js';
import { NoQueryPipe } from './no-query.pipe.js';

const outcomeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [error.code, ...error.faults.map(({ pointer, code }) => `${pointer} ${code}`)].join(' ');
  }
};

describe('BodyGuard', () => {
  const guard = (body: unknown) =>
    outcomeOf(() => {
      const context = { switchToHttp: () => ({ getRequest: () => ({ body }) }) };
      return new BodyGuard().canActivate(context as unknown as ExecutionContext);
    });

  it.each([undefined, null, {}, { a: 1 }])('takes %j', (body) => expect(guard(body)).toBe(true));

  it.each([[[]], ['x'], [7], [true]])('AC-44 takes no %j for an object', (body) =>
    expect(guard(body)).toBe('request.invalid  type'),
  );

  it.each(['toString', 'hasOwnProperty', 'valueOf'])(
    'takes nothing for a field that every object inherits: %s',
    (field) => expect(guard({ [field]: 1 })).toBe(`request.invalid /${field} unknown_field`),
  );

  it('tells a body that cannot be read from one that is too much', () => {
    expect(guard(new InvalidBody(false))).toBe('request.malformed');
    expect(guard(new InvalidBody(true))).toBe('request.too_complex');
  });
});

describe('NoBody', () => {
  const pipe = (body: unknown) => outcomeOf(() => new NoBodyPipe().transform(body));

  it.each([undefined, null, {}])('takes %j', (body) => expect(pipe(body)).toBeUndefined());

  it('refuses every field, by its pointer', () => {
    expect(pipe({ a: 1, 'b/c~d': 2 })).toBe('request.invalid /a unknown_field /b~1c~0d unknown_field');
  });
});

it('NoQuery refuses a query, whatever it says, and takes none', () => {
  const pipe = (query: object) => outcomeOf(() => new NoQueryPipe().transform(query));
  expect([pipe({}), pipe({ mode: '' })]).toEqual([undefined, 'request.invalid /mode unknown_field']);
});

describe('isNoneMatch', () => {
  it.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"x", W/"a" ,"y"', true],
    ['*', true],
    [undefined, false],
    ['', false],
    ['"A"', false],
    ['a', false],
    ['"ab"', false],
  ])('%j names "a": %s', (header, matches) => expect(matchesIfNoneMatch(header, '"a"')).toBe(matches));
});
