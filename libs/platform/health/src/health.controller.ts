import { applyDecorators, Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '#platform/config';
import { ProblemDocument, Public } from '#platform/http';
import { isHiddenFromPublicPort } from '#platform/http-server';
import { Metrics } from '#platform/observability';
import { HealthCheckService, type Readiness } from './health-check-service.js';

/** Minimum time between two checks of the dependencies, because the route is public. */
const READINESS_CACHE_MS = 250;

const status = (...words: string[]) => ({ type: 'string', enum: words });
const OVERALL_SCHEMA = { type: 'object', required: ['status'], properties: { status: status('ok', 'unavailable') } };
const READINESS_SCHEMA = {
  type: 'object',
  required: ['status'],
  properties: {
    status: status('ok', 'degraded', 'unavailable'),
    dependencies: {
      type: 'object',
      additionalProperties: status('ok', 'away'),
      description: 'Where ADMIN_PORT is set: on that port only',
      example: { database: 'ok', redis: 'ok', broker: 'ok', email: 'ok' },
    },
  },
};
const METRICS_CONTENT = {
  schema: { type: 'string' },
  example: 'request_count_total{method="GET",route="/health/live",status="200"} 1\n',
};
/** 503 has the same body as 200. */
const ApiHealth = (schema: object) => {
  const content = { 'application/json': { schema } };
  const away = { ...content, 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDocument) } } };
  return applyDecorators(
    ApiResponse({ status: 200, description: 'As it should be', content }),
    ApiResponse({ status: 503, description: 'Something vital is away', content: away }),
  );
};

@ApiTags('operations')
@Public()
@Controller()
export class HealthController {
  #checkedAt = Number.NEGATIVE_INFINITY;
  #lastReadiness: Promise<Readiness> | undefined;

  constructor(
    private readonly health: HealthCheckService,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {}

  /** Is the service able to do its work? 200 or 503. */
  @Get('health')
  @ApiHealth(OVERALL_SCHEMA)
  async overall(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string }> {
    const { status } = await this.#readiness(reply);
    return { status: status === 'unavailable' ? status : 'ok' };
  }

  /** Is the process alive? Looks at nothing else. */
  @Get('health/live')
  @ApiHealth(OVERALL_SCHEMA)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** May requests be sent here? Each dependency by name; `degraded`, still 200, when only the broker, mail or Redis is away. */
  @Get('health/ready')
  @ApiHealth(READINESS_SCHEMA)
  async ready(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Pick<Readiness, 'status'>> {
    const readiness = await this.#readiness(reply);
    return isHiddenFromPublicPort(request, this.settings.adminPort) ? { status: readiness.status } : readiness;
  }

  /** Prometheus text format. */
  @Get('metrics')
  @ApiResponse({ status: 200, description: 'Figures', content: { 'text/plain': METRICS_CONTENT } })
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  figures(): Promise<string> {
    return this.metrics.registry.metrics();
  }

  async #readiness(reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.#cachedReadiness();
    if (readiness.status === 'unavailable') reply.status(503).header('retry-after', '2');
    return readiness;
  }

  #cachedReadiness(): Promise<Readiness> {
    const now = performance.now();
    if (this.#lastReadiness && now - this.#checkedAt < READINESS_CACHE_MS && !this.health.isDraining)
      return this.#lastReadiness;
    this.#checkedAt = now;
    this.#lastReadiness = this.health.checkReadiness();
    return this.#lastReadiness;
  }
}
