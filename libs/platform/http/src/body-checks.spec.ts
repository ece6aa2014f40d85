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

  it.each([undefined, null, {}, { a: 1 }])('accepts %j', (body) => expect(guard(body)).toBe(true));

  it.each([[[]], ['x'], [7], [true]])('rejects %j, which is not an object [AC-44]', (body) =>
    expect(guard(body)).toBe('request.invalid  type'),
  );

  it.each(['toString', 'hasOwnProperty', 'valueOf'])('rejects the inherited property %s as an unknown field', (field) =>
    expect(guard({ [field]: 1 })).toBe(`request.invalid /${field} unknown_field`),
  );

  it('distinguishes an invalid body from one that is too complex', () => {
    expect(guard(new InvalidBody(false))).toBe('request.malformed');
    expect(guard(new InvalidBody(true))).toBe('request.too_complex');
  });
});

describe('NoBodyPipe', () => {
  const pipe = (body: unknown) => outcomeOf(() => new NoBodyPipe().transform(body));

  it.each([undefined, null, {}])('accepts %j', (body) => expect(pipe(body)).toBeUndefined());

  it('rejects every field with its pointer', () => {
    expect(pipe({ a: 1, 'b/c~d': 2 })).toBe('request.invalid /a unknown_field /b~1c~0d unknown_field');
  });
});

it('NoQueryPipe rejects any query and accepts none', () => {
  const pipe = (query: object) => outcomeOf(() => new NoQueryPipe().transform(query));
  expect([pipe({}), pipe({ mode: '' })]).toEqual([undefined, 'request.invalid /mode unknown_field']);
});

describe('matchesIfNoneMatch', () => {
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
