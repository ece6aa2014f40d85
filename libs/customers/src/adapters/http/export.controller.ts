import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  Address,
  ApiProblems,
  CustomerLimits,
  FreshAuthentication,
  jsonPieces,
  NoQuery,
  OwnToken,
  sourcePrefix,
} from '#platform';
import { ExportCustomer } from '../../application/queries/export-customer.js';
import { ExportInProgress, TooManyExports } from '../../domain/errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { gone, type SignedIn } from './customer-answers.js';
import { ExportDto } from './export.dto.js';

/** Whoever reads so slowly that it takes longer is cut off: an export holds a connection. */
const MOST_MS = 5 * 60_000;
const BUFFER_BYTES = 64 * 1024;
/** Exports that one process reads for at the same time: the other connections to the database are for everybody else. */
const READS_AT_ONCE = 2;

/** A copy of one's own data (GDPR, articles 15 and 20; LGPD, article 18). */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/me/export')
export class ExportController {
  readonly #reads = new ConcurrencyLimit(READS_AT_ONCE);

  constructor(
    private readonly queries: QueryBus,
    private readonly limits: CustomerLimits,
  ) {}

  /** Everything that is kept about oneself, one copy at a time. Needs a token of ours, and a recent sign-in. */
  @OwnToken()
  @FreshAuthentication()
  @Get()
  @ApiOkResponse({ type: ExportDto })
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not with this token',
    409: 'Another export is running',
    422: 'A query',
    429: 'Too many exports',
  })
  async export(
    @Req() { user }: SignedIn,
    @Query(new NoQuery()) _query: undefined,
    @Address() address: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { customerId } = user;
    const running = await this.limits.hold('export', customerId, MOST_MS, (wait) => new ExportInProgress(wait));
    const done = (): void => void running.giveBack().catch(() => undefined);
    try {
      await this.limits.count('exportsPerCustomer', customerId, (wait) => new TooManyExports(wait));
      const found = await this.queries.execute(new ExportCustomer(customerId, sourcePrefix(address)));
      if (!found) throw gone();
      // The request was given up while the first rows were read.
      if (reply.sent) return done();
      const signal = AbortSignal.timeout(MOST_MS);
      const pieces = Readable.from(this.#inTurn(jsonPieces(found)), {
        objectMode: false,
        highWaterMark: BUFFER_BYTES,
        signal,
      });
      pieces.once('close', done);
      // The framework closes the connection; a stream that nobody listens to would end the process.
      pieces.on('error', () => undefined);
      reply.header('content-disposition', 'attachment; filename="foyer-export.json"');
      reply.type('application/json; charset=utf-8').send(pieces);
    } catch (error) {
      done();
      throw error;
    }
  }

  async *#inTurn(pieces: AsyncGenerator<string>): AsyncGenerator<string> {
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
