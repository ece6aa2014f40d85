import { Body, Controller, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { LoginLimited, PasswordWrong } from '#auth';
import { ApiProblems, ClientAddress, OwnToken } from '#platform/http';
import { ClientNetworkLimits } from '#platform/rate-limits';
import { ConfirmIdentifierChange } from '../../application/commands/confirm-identifier-change.js';
import { RequestIdentifierChange } from '../../application/commands/request-identifier-change.js';
import { ChangeCodeExpired, ChangeCodeWrong, ChangeInProgress, IdentifierTaken } from '../../domain/errors.js';
import { IDENTIFIER_CHANGE_CODE_DIGITS } from '../../domain/pending-identifier-change.js';
import { CustomerDto } from './customer.dto.js';
import { type AuthenticatedRequest, respondWithEtag } from './customer-response.js';
import { AskForIdentifierDto, ConfirmIdentifierDto, type IdentifierAskedDto } from './identifiers.dto.js';

const CODE_LIFETIME_SECONDS = 600;
const currentPassword = 'correct horse battery staple';
const REQUEST_EXAMPLES = {
  email: { value: { email: 'ada@example.net', currentPassword } },
  phone: { value: { phone: '+1 415 555 0132', currentPassword } },
};

interface OwnSession {
  readonly user: AuthenticatedRequest['user'] & { readonly sessionId: string };
}

/** Changes of the caller's e-mail address and phone number. */
@ApiTags('customers')
@ApiBearerAuth()
@OwnToken()
@Controller('v1/customers/me/identifiers')
export class IdentifiersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly limits: ClientNetworkLimits,
  ) {}

  /** Request a new or second e-mail address or phone number. The response does not reveal whether it is in use. */
  @Post()
  @HttpCode(202)
  @ApiBody({ type: AskForIdentifierDto, examples: REQUEST_EXAMPLES })
  @Header('cache-control', 'no-store')
  @ApiProblems({
    400: 'The current password is wrong',
    401: 'No valid access token',
    403: 'The access token is not one of ours',
    422: 'Not acceptable, or no message can be sent there',
    429: 'Too many wrong passwords in a row, too many changes, or too many calls or SMS from this source',
    503: 'Overloaded, or a dependency is unavailable',
  })
  async requestChange(
    @Req() { user }: OwnSession,
    @Body() { currentPassword, ...newIdentifier }: AskForIdentifierDto,
    @ClientAddress() address: string,
  ): Promise<IdentifierAskedDto> {
    await this.limits.reserve('loginsPerSource', address, 'count here');
    const source = this.limits.resolveClientNetwork(address);
    const request = new RequestIdentifierChange(
      user.customerId,
      newIdentifier,
      currentPassword,
      source,
      user.sessionId,
    );
    const result = await this.commands.execute(request);
    if (result.outcome === 'password_wrong') throw new PasswordWrong();
    if (result.outcome === 'too_many') throw new LoginLimited(result.retryAfterSeconds);
    const { kind, masked: destination } = result.identifier;
    const channel = kind === 'email' ? 'email' : 'sms';
    return { channel, destination, codeLength: IDENTIFIER_CHANGE_CODE_DIGITS, codeExpiresIn: CODE_LIFETIME_SECONDS };
  }

  /** Confirm the new identifier with the code that was sent to it. All other sessions end. */
  @Post('confirm')
  @HttpCode(200)
  @ApiProblems({
    400: 'Wrong code, with `attemptsRemaining`',
    401: 'No valid access token',
    403: 'The access token is not one of ours',
    409: 'The identifier belongs to another customer, or is being confirmed at this moment',
    410: 'No live code, or the change was cancelled',
    422: 'Invalid body',
    429: 'Too many wrong codes, or too many calls, from this source',
    503: 'A dependency is unavailable',
  })
  async confirmChange(
    @Req() { user }: OwnSession,
    @Body() { code }: ConfirmIdentifierDto,
    @ClientAddress() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerDto> {
    await this.limits.reserve('loginsPerSource', address, 'count here');
    const reservation = await this.limits.reserve('wrongCodesPerSource', address);
    const session = { sessionId: user.sessionId, source: this.limits.resolveClientNetwork(address).prefix };
    const confirming = this.commands.execute(new ConfirmIdentifierChange(user.customerId, code, session));
    const result = await confirming.catch(async (error: unknown) => {
      await reservation.release().catch(() => undefined);
      throw error;
    });
    if (result.outcome === 'code_wrong') throw new ChangeCodeWrong(result.attemptsRemaining);
    await reservation.release().catch(() => undefined);
    if (result.outcome === 'taken') throw new IdentifierTaken();
    if (result.outcome === 'code_expired') throw new ChangeCodeExpired();
    if (result.outcome === 'in_progress') throw new ChangeInProgress();
    return respondWithEtag(user, result.customer, reply);
  }
}
