import { Controller, Get, Header, Query, Req } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiProblems, FreshAuthentication, NoQuery, OwnToken } from '#platform';
import { ExportCustomer } from '../../application/queries/export-customer.js';
import { gone, type SignedIn } from './customer-answers.js';
import { ExportDto } from './export.dto.js';

/** A copy of one's own data (GDPR, articles 15 and 20; LGPD, article 18). */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/me/export')
export class ExportController {
  constructor(private readonly queries: QueryBus) {}

  /** Everything that is kept about oneself. Needs a token of ours, and a recent sign-in. */
  @OwnToken()
  @FreshAuthentication()
  @Get()
  @Header('content-disposition', 'attachment; filename="foyer-export.json"')
  @ApiProblems({
    401: 'No valid access token, or one whose sign-in is more than five minutes old',
    403: 'Not with this token',
    422: 'A query',
  })
  async export(@Req() { user }: SignedIn, @Query(new NoQuery()) _query: undefined): Promise<ExportDto> {
    const found = await this.queries.execute(new ExportCustomer(user.customerId));
    if (!found) throw gone();
    return found;
  }
}
