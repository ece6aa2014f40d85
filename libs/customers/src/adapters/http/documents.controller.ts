import { Body, Controller, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, ClientAddress, Roles } from '#platform/http';
import { ConfirmDocument } from '../../application/commands/confirm-document.js';
import { CustomerDto } from './customer.dto.js';
import {
  type AuthenticatedRequest,
  actorOf,
  IF_MATCH_HEADER,
  parseCustomerId,
  respondWithEtag,
} from './customer-response.js';
import { ConfirmDocumentDto } from './documents.dto.js';
import { parseIfMatch } from './etag.js';

/** Documents of customers, at the counter. */
@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/:id/document')
export class DocumentsController {
  constructor(private readonly commands: CommandBus) {}

  /** Confirm that the document is the customer's own: it is unique from now on, and a name to sign in with. */
  @Roles('staff', 'admin')
  @Post('confirm')
  @HttpCode(200)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiProblems({
    401: 'No valid access token',
    403: 'Not for you: your own document, or an administrator’s',
    404: 'Not there',
    409: 'None was given, another one was given, or it was confirmed for another customer',
    412: 'Changed since it was read',
    422: 'Not acceptable',
  })
  async confirmDocument(
    @Req() { user }: AuthenticatedRequest,
    @Param('id') id: string,
    @Body() { document }: ConfirmDocumentDto,
    @Headers('if-match') ifMatch: string | undefined,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    const ordered = actorOf(user, address);
    const confirm = new ConfirmDocument(parseCustomerId(id), document, parseIfMatch(ifMatch, id), ordered);
    return respondWithEtag(user, await this.commands.execute(confirm), reply);
  }
}
