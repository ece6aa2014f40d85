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

@ApiTags('customers')
@ApiBearerAuth()
@Controller('v1/customers/:id/document')
export class DocumentsController {
  constructor(private readonly commands: CommandBus) {}

  /** Confirm that the document belongs to the customer. It becomes unique and can be used to sign in. */
  @Roles('staff', 'admin')
  @Post('confirm')
  @HttpCode(200)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiProblems({
    401: 'No valid access token',
    403: 'Not allowed: your own document, or an administrator’s',
    404: 'Not found',
    409: 'The customer has no document, has another one, or it was confirmed for another customer',
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
    const actor = actorOf(user, address);
    const confirm = new ConfirmDocument(parseCustomerId(id), document, parseIfMatch(ifMatch, id), actor);
    return respondWithEtag(user, await this.commands.execute(confirm), reply);
  }
}
