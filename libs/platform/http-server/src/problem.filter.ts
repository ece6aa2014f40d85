import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, Overloaded } from '#kernel';
import { AccessDenialRecorder } from '#platform/audit';
import { Settings } from '#platform/config';
import {
  bodyTooLarge,
  headersOf,
  InternalError,
  methodNotAllowed,
  notFound,
  PROBLEM_TYPE,
  RouteTable,
  requestRejected,
  statusOf,
  toProblem,
  unreadableRequest,
  unsupportedMediaType,
  uriTooLong,
} from '#platform/http';
import { currentContext, Log } from '#platform/observability';
import { rejectNewRequests } from './admission-control.js';

/** Converts every thrown error to an HTTP response. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly settings: Settings,
    private readonly log: Log,
    private readonly routes: RouteTable,
    private readonly accessDenials: AccessDenialRecorder,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const answer = (): void => this.sendProblem(thrown, request, http.getResponse<FastifyReply>());
    const recorded = thrown instanceof DomainError ? this.accessDenials.recordDenial(thrown, request) : undefined;
    if (recorded === undefined) answer();
    else void recorded.then(answer);
  }

  sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = this.#toDomainError(thrown, request);
    if (error instanceof Overloaded) rejectNewRequests(request);
    const status = error instanceof InternalError ? 500 : statusOf(error);
    const context = currentContext();
    if (context) context.problem = error.code;
    // A response sent by a timer is outside the request context.
    const traceId = context?.correlationId ?? String(reply.getHeader('x-correlation-id') ?? '');
    const path = request.url.split('?', 1)[0] ?? '/';
    const problem = {
      ...toProblem(error, this.settings.publicUrl, path, traceId),
      status,
    };
    reply
      .status(status)
      .headers({ 'cache-control': 'no-store', ...headersOf(error) })
      .type(PROBLEM_TYPE)
      .send(JSON.stringify(problem));
  }

  #toDomainError(thrown: unknown, request: FastifyRequest): DomainError {
    if (thrown instanceof DomainError) {
      if (thrown.cause !== undefined)
        this.log.warn({ problem: thrown.code, reason: String(thrown.cause) }, 'a dependency failed');
      return thrown;
    }
    const status =
      thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: unknown })?.statusCode;
    const known = this.#fromHttpStatus(status, request);
    if (known) return known;
    this.log.error({ error: describe(thrown) }, 'unforeseen error');
    return new InternalError();
  }

  #fromHttpStatus(status: unknown, request: FastifyRequest): DomainError | undefined {
    if (status === 404) {
      const allow = this.routes.methodsFor(request.url);
      return allow.length > 0 && !allow.includes(request.method) ? methodNotAllowed(allow) : notFound();
    }
    if (status === 413) return bodyTooLarge();
    if (status === 414) return uriTooLong();
    if (status === 415) return unsupportedMediaType();
    if (status === 403) return notFound();
    if (status === 400) return unreadableRequest();
    return status === 412 || status === 416 ? requestRejected(status) : undefined;
  }
}

/** Never logs the error itself: a driver's error contains the statement and its values. */
const describe = (thrown: unknown): object =>
  thrown instanceof Error
    ? { name: thrown.name, message: thrown.message, stack: thrown.stack }
    : { message: typeof thrown };
