import { describe, expect, it } from 'vitest';
import { DomainError, type ErrorKind, InvalidInput, Unavailable } from '#kernel';
import {
  bodyTooLarge,
  HTTP_PROBLEMS,
  headersTooLarge,
  InvalidCredentials,
  methodNotAllowed,
  requestTimeout,
  unsupportedMediaType,
  uriTooLong,
} from './http-errors.js';
import { headersOf, InternalError, statusOf, titleOf, toProblem } from './problem.js';
import { ProblemCatalogue } from './problems.controller.js';

class Broken extends DomainError {
  readonly code: string = 'test.broken_rule';

  constructor(
    readonly kind: ErrorKind,
    override readonly retryAfter?: number,
    override readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super('A rule was broken.');
  }
}

describe('statusOf', () => {
  it.each<[ErrorKind, number]>([
    ['malformed', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['missing', 404],
    ['conflict', 409],
    ['gone', 410],
    ['precondition', 412],
    ['invalid', 422],
    ['too_many', 429],
    ['unavailable', 503],
  ])('%s is %i', (kind, status) => expect(statusOf(new Broken(kind))).toBe(status));

  it.each([
    [methodNotAllowed(['GET']), 405],
    [requestTimeout(), 408],
    [bodyTooLarge(), 413],
    [uriTooLong(), 414],
    [unsupportedMediaType(), 415],
    [headersTooLarge(), 431],
  ])('$code has a status of its own', (error, status) => expect(statusOf(error)).toBe(status));
});

describe('toProblem', () => {
  it('builds an RFC 9457 document with the extension members', () => {
    expect(toProblem(new Broken('gone'), 'https://foyer.example', '/v1/x', 'trace')).toEqual({
      type: 'https://foyer.example/problems#test.broken_rule',
      title: 'Broken rule',
      status: 410,
      detail: 'A rule was broken.',
      instance: '/v1/x',
      code: 'test.broken_rule',
      traceId: 'trace',
    });
  });

  it('lists the faults of a body one by one, and adds the members of a domain error', () => {
    const faults = [{ pointer: '/a', code: 'too_long', detail: 'is too long' }];
    expect(toProblem(new InvalidInput(faults), '', '/', '')).toMatchObject({ status: 422, errors: faults });
    expect(toProblem(new Broken('malformed', undefined, { attemptsRemaining: 2 }), '', '/', '')).toMatchObject({
      attemptsRemaining: 2,
    });
    expect(toProblem(new Broken('gone'), '', '/', '')).not.toHaveProperty('errors');
  });

  it('exposes neither cause nor stack', () => {
    const cause = new Error('password authentication failed for user "foyer"');
    const error = new Unavailable(undefined, undefined, { cause });
    expect(JSON.stringify(toProblem(error, '', '/', ''))).not.toMatch(/password|foyer|stack|Error:/);
    expect(toProblem(new InternalError(), '', '/', '').detail).toBe('Something went wrong on our side.');
  });
});

describe('headersOf', () => {
  it('sets Retry-After in whole seconds, at least one', () => {
    expect(headersOf(new Broken('too_many', 1.2))).toEqual({ 'retry-after': '2' });
    expect(headersOf(new Broken('unavailable', 0))).toEqual({ 'retry-after': '1' });
    expect(headersOf(new Broken('gone'))).toEqual({});
    expect(headersOf(new Unavailable())).toEqual({ 'retry-after': '2' });
  });

  it('sets the challenge and the allowed methods', () => {
    expect(headersOf(new InvalidCredentials('Basic realm="foyer"'))).toEqual({
      'www-authenticate': 'Basic realm="foyer"',
    });
    expect(headersOf(methodNotAllowed(['GET', 'POST']))).toEqual({ allow: 'GET, POST' });
  });
});

it('titleOf derives a title from a code', () => {
  expect(titleOf('registration.code_expired')).toBe('Code expired');
  expect(titleOf('x')).toBe('X');
});

describe('the problem catalogue', () => {
  it('contains every code once, in order, with its status', () => {
    const { entries } = new ProblemCatalogue([...HTTP_PROBLEMS, ...HTTP_PROBLEMS, new Broken('gone')]);
    const codes = entries.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(entries.find(({ code }) => code === 'test.broken_rule')).toEqual({
      code: 'test.broken_rule',
      status: 410,
      title: 'Broken rule',
      detail: 'A rule was broken.',
    });
    expect(entries.find(({ code }) => code === 'service.internal_error')?.status).toBe(500);
  });

  it('contains only dotted codes in snake case', () => {
    for (const { code } of new ProblemCatalogue(HTTP_PROBLEMS).entries) expect(code).toMatch(/^[a-z]+\.[a-z_]+$/);
  });
});
