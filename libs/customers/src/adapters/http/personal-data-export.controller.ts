import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ConcurrencyLimit } from '#kernel';
import {
  ApiProblems,
  ClientAddress,
  clientNetworkOf,
  FreshAuthentication,
  NoQueryPipe,
  OwnToken,
  streamJson,
} from '#platform/http';
import { CustomerLimits } from '#platform/rate-limits';
import { ExportPersonalData } from '../../application/queries/export-personal-data.js';
import { ExportInProgress, TooManyExports } from '../../domain/errors.js';
import { type AuthenticatedRequest, invalidTokenError } from './customer-response.js';
import { ExportDto } from './personal-data-export.dto.js';

/** A slower download is aborted, because an export holds a connection. */
const EXPORT_TIMEOUT_MS = 5 * 60_000;
const BUFFER_BYTES = 64 * 1024;
/** Concurrent export reads per process. They leave database connections free for other requests. */
const MAX_CONCURRENT_EXPORT_READS = 2;

/** Exports the caller's own data (GDPR, articles 15 and 20; LGPD, article 18). */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/me/export')
export class PersonalDataExportController {
  readonly #reads = new ConcurrencyLimit(MAX_CONCURRENT_EXPORT_READS);

  constructor(
    private readonly queries: QueryBus,
    private readonly limits: CustomerLimits,
  ) {}

  /** Export all data stored about you, one export at a time. Requires an access token of this service and a recent sign-in. */
  @OwnToken()
  @FreshAuthentication()
  @Get()
  @ApiOkResponse({ type: ExportDto })
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not allowed with this token',
    409: 'Another export is running',
    422: 'The request has a query',
    429: 'Too many exports',
  })
  async export(
    @Req() { user }: AuthenticatedRequest,
    @Query(new NoQueryPipe()) _query: undefined,
    @ClientAddress() address: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { customerId } = user;
    const running = await this.limits.acquireExclusive(
      'export',
      customerId,
      EXPORT_TIMEOUT_MS,
      (wait) => new ExportInProgress(wait),
    );
    const done = (): void => void running.release().catch(() => undefined);
    try {
      await this.limits.reserve('exportsPerCustomer', customerId, (wait) => new TooManyExports(wait));
      const data = await this.queries.execute(new ExportPersonalData(customerId, clientNetworkOf(address)));
      if (!data) throw invalidTokenError();
      // The request was aborted while the first rows were read.
      if (reply.sent) return done();
      const signal = AbortSignal.timeout(EXPORT_TIMEOUT_MS);
      const pieces = Readable.from(this.#readWithLimit(streamJson(data)), {
        objectMode: false,
        highWaterMark: BUFFER_BYTES,
        signal,
      });
      pieces.once('close', done);
      // The framework closes the connection. An unhandled stream error would end the process.
      pieces.on('error', () => undefined);
      reply.header('content-disposition', 'attachment; filename="foyer-export.json"');
      reply.type('application/json; charset=utf-8').send(pieces);
    } catch (error) {
      done();
      throw error;
    }
  }

  async *#readWithLimit(pieces: AsyncGenerator<string>): AsyncGenerator<string> {
    try {
      for (;;) {
        const { done, value } = await this.#reads.run(() => pieces.next());
        if (done) return;
        yield value;
      }
    } finally {
      await pieces.return(undefined);
    }
  }
}
