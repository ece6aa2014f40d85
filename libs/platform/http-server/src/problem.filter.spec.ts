import { BadRequestException, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, Unavailable } from '#kernel';
import { FixedClock, RecordingAuditTrail } from '#kernel/testing';
import { AccessDenialRecorder } from '#platform/audit';
import type { Settings } from '#platform/config';
import { InvalidCredentials, RouteTable } from '#platform/http';
import { type RequestContext, runInContext } from '#platform/observability';
import { createRecordingLog } from '#platform/observability/testing';
import { ProblemFilter } from './problem.filter.js';

/** A response as sent. */
class RecordedReply {
  status_ = 0;
  headers_: Record<string, string> = {};
  body: Record<string, unknown> = {};

  status(status: number): this {
    this.status_ = status;
    return this;
  }

  headers(headers: Record<string, string>): this {
    Object.assign(this.headers_, headers);
    return this;
  }

  getHeader(name: string): string | undefined {
    return this.headers_[name];
  }

  type(type: string): this {
    return this.headers({ 'content-type': type });
  }

  send(body: string): void {
    this.body = JSON.parse(body);
  }
}

describe('ProblemFilter', () => {
  let written: ReturnType<typeof createRecordingLog>;
  let routes: RouteTable;

  const filterOf = () => {
    const settings = { publicUrl: 'https://foyer.example' } as Settings;
    const refusals = new AccessDenialRecorder(new RecordingAuditTrail(), written.log, new FixedClock());
    return new ProblemFilter(settings, written.log, routes, refusals);
  };
  const answer = (thrown: unknown, url = '/v1/things?secret=x', method = 'GET') => {
    const reply = new RecordedReply();
    const filter = filterOf();
    runInContext({ correlationId: 'of-this-request' }, () =>
      filter.sendProblem(thrown, { url, method } as FastifyRequest, reply as unknown as FastifyReply),
    );
    return reply;
  };

  beforeEach(() => {
    written = createRecordingLog();
    routes = new RouteTable();
  });

  it('returns problem, status and trace id of a domain error, and forbids caching', () => {
    const { status_, headers_, body } = answer(InvalidInput.at('/a', 'too_long', 'is too long'));
    expect([status_, body['status'], body['code']]).toEqual([422, 422, 'request.invalid']);
    expect(headers_).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(body).toMatchObject({ instance: '/v1/things', traceId: 'of-this-request', errors: [{ pointer: '/a' }] });
  });

  it('takes the trace id from the header of a response outside the request context', () => {
    const reply = new RecordedReply().headers({ 'x-correlation-id': 'of-its-header' });
    const filter = filterOf();
    filter.sendProblem(
      new Unavailable(),
      { url: '/', method: 'GET' } as FastifyRequest,
      reply as unknown as FastifyReply,
    );
    expect(reply.body).toMatchObject({ code: 'service.unavailable', traceId: 'of-its-header' });
  });

  it('logs the problem code as the reason of the request [ST-11]', () => {
    const context: RequestContext = { correlationId: 'a' };
    const filter = filterOf();
    runInContext(context, () =>
      filter.sendProblem(
        new InvalidCredentials('Bearer'),
        { url: '/', method: 'GET' } as FastifyRequest,
        new RecordedReply() as unknown as FastifyReply,
      ),
    );
    expect(context.problem).toBe('auth.invalid_credentials');
  });

  it('returns the challenge when credentials are missing', () => {
    expect(answer(new InvalidCredentials('Bearer realm="foyer"')).headers_).toMatchObject({
      'www-authenticate': 'Bearer realm="foyer"',
    });
  });

  it.each([new TypeError('x is not a function'), 'a string', undefined, null, { statusCode: 418 }])(
    'returns 500 without details for the unexpected error %s, and logs it',
    (thrown) => {
      const { status_, body } = answer(thrown);
      expect([status_, body['status'], body['code']]).toEqual([500, 500, 'service.internal_error']);
      expect(JSON.stringify(body)).not.toMatch(/function|a string|418/);
      expect(written.lines).toMatchObject([{ msg: 'unforeseen error' }]);
    },
  );

  it('returns Retry-After when a dependency failed, and logs the cause', () => {
    const { status_, headers_, body } = answer(
      new Unavailable(undefined, 3, { cause: new Error('ECONNREFUSED 10.0.0.7') }),
    );
    expect([status_, headers_['retry-after']]).toEqual([503, '3']);
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
    expect(written.lines).toMatchObject([
      { problem: 'service.unavailable', reason: expect.stringContaining('10.0.0.7') },
    ]);
  });

  it('returns 404 for an unknown path, and 405 with Allow for an unsupported method', () => {
    routes.add('/v1/things/:id', ['GET', 'DELETE']);
    expect(answer(new NotFoundException(), '/v1/nothing').body).toMatchObject({
      status: 404,
      code: 'request.not_found',
    });
    const { status_, headers_ } = answer(new NotFoundException(), '/v1/things/7', 'POST');
    expect([status_, headers_['allow']]).toEqual([405, 'DELETE, GET']);
    expect(answer(new NotFoundException(), '/v1/things/7', 'GET').status_).toBe(404);
  });

  it.each([
    [400, 'request.unreadable'],
    [413, 'request.too_large'],
    [414, 'request.uri_too_long'],
    [415, 'request.unsupported_media_type'],
  ])('converts a fastify error with status %i to its problem', (statusCode, code) => {
    expect(answer({ statusCode }).body).toMatchObject({ status: statusCode, code });
  });

  it('converts a Nest exception to a problem without its text', () => {
    const { body } = answer(new BadRequestException('internal words'));
    expect(body).toMatchObject({ status: 400, code: 'request.unreadable' });
    expect(JSON.stringify(body)).not.toContain('internal words');
  });
});
