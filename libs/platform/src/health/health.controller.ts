import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Open } from '../http/access.js';
import { Metrics } from '../telemetry/metrics.js';
import { Health, type Readiness } from './health.js';

/** Anybody may ask; dependencies are not asked more often than this for it. */
const LOOK_EVERY_MS = 250;

@ApiTags('operations')
@Open()
@Controller()
export class HealthController {
  #lookedAt = Number.NEGATIVE_INFINITY;
  #seen: Promise<Readiness> | undefined;

  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  /** Is the service able to do its work? 200 or 503. */
  @Get('health')
  async overall(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string }> {
    const { status } = await this.#readiness(reply);
    return { status: status === 'unavailable' ? status : 'ok' };
  }

  /** Is the process alive? Looks at nothing else. */
  @Get('health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** May requests be sent here? Each dependency by name; `degraded`, still 200, when only the broker, mail or Redis is away. */
  @Get('health/ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    return this.#readiness(reply);
  }

  /** Prometheus text format. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  figures(): Promise<string> {
    return this.metrics.registry.metrics();
  }

  async #readiness(reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.#look();
    if (readiness.status === 'unavailable') reply.status(503).header('retry-after', '2');
    return readiness;
  }

  #look(): Promise<Readiness> {
    const now = performance.now();
    if (this.#seen && now - this.#lookedAt < LOOK_EVERY_MS && !this.health.isDraining) return this.#seen;
    this.#lookedAt = now;
    this.#seen = this.health.readiness();
    return this.#seen;
  }
}
