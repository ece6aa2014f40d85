import { Body, Controller, Header, HttpCode, Post, Put, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import { ApiProblems, ClientAddress, OwnToken, Public, Scopes } from '#platform/http';
import { ClientNetworkLimits } from '#platform/rate-limits';
import { ChangePassword } from '../../application/commands/change-password.js';
import { RequestPasswordReset } from '../../application/commands/request-password-reset.js';
import { ResetPassword } from '../../application/commands/reset-password.js';
import type { TokenClaims } from '../../application/ports.js';
import {
  LoginLimited,
  PasswordChangedMeanwhile,
  PasswordWrong,
  ResetCodeExpired,
  ResetCodeWrong,
  ResetInProgress,
} from '../../domain/errors.js';
import { DEVICE_HEADER_DOCS, DeviceToken } from './device-token.js';
import { ChangePasswordDto, ForgotDto, ResetDto } from './passwords.dto.js';

@ApiTags('authentication')
@Controller('v1/auth/password')
export class PasswordsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly limits: ClientNetworkLimits,
  ) {}

  /** Request a reset code. Known and unknown names get the same response. */
  @Public()
  @Post('forgot')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  @ApiHeader(DEVICE_HEADER_DOCS)
  @ApiProblems({
    422: 'Invalid body',
    429: 'Too many calls from this source',
    503: 'Overloaded, or a dependency is unavailable',
  })
  async forgot(
    @Body() { username }: ForgotDto,
    @ClientAddress() address: string,
    @DeviceToken() deviceToken: string | null,
  ): Promise<void> {
    await this.limits.reserve('loginsPerSource', address, 'count here');
    const { prefix, trusted } = this.limits.resolveClientNetwork(address);
    await this.commands.execute(new RequestPasswordReset(username, { prefix, trusted }, deviceToken));
  }

  /** Set a new password with the code. All sessions end. */
  @Public()
  @Post('reset')
  @HttpCode(204)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    400: 'Wrong code, with `attemptsRemaining`',
    409: 'Another request is setting the password',
    410: 'No valid code',
    422: 'Invalid body, or the password is not acceptable',
    429: 'Too many wrong codes, or too many calls, from this source',
    503: 'Overloaded, or a dependency is unavailable',
  })
  async reset(@Body() { username, code, newPassword }: ResetDto, @ClientAddress() address: string): Promise<void> {
    await this.limits.reserve('loginsPerSource', address, 'count here');
    const counted = await this.limits.reserve('wrongCodesPerSource', address);
    const { prefix } = this.limits.resolveClientNetwork(address);
    const resetting = this.commands.execute(new ResetPassword(username, code, newPassword, prefix));
    const result = await resetting.catch(async (error: unknown) => {
      await counted.release().catch(() => undefined);
      throw error;
    });
    if (result.outcome !== 'code_wrong') await counted.release().catch(() => undefined);
    if (result.outcome === 'code_wrong') throw new ResetCodeWrong(result.attemptsRemaining);
    if (result.outcome === 'code_expired') throw new ResetCodeExpired();
    if (result.outcome === 'in_progress') throw new ResetInProgress();
  }

  /** Set a new password with the current one. The other sessions end; links to external identities end on request. */
  @Scopes('customer', 'password')
  @OwnToken()
  @ApiBearerAuth()
  @Put()
  @HttpCode(204)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    400: 'The current password is wrong',
    401: 'No valid access token',
    403: 'The access token was not issued by this service',
    409: 'Another request changed the password in the meantime',
    422: 'Invalid body, or the password is not acceptable',
    429: 'Too many wrong passwords in a row, or too many calls from this source',
    503: 'Overloaded, or a dependency is unavailable',
  })
  async change(
    @Req() { user }: { readonly user: TokenClaims },
    @Body() { currentPassword, newPassword, endLinks = false }: ChangePasswordDto,
    @ClientAddress() address: string,
  ): Promise<void> {
    await this.limits.reserve('loginsPerSource', address, 'count here');
    const { prefix } = this.limits.resolveClientNetwork(address);
    const { customerId, sessionId } = user;
    const change = new ChangePassword(customerId, sessionId, currentPassword, newPassword, prefix, endLinks);
    const result = await this.commands.execute(change);
    if (result.outcome === 'password_wrong') throw new PasswordWrong();
    if (result.outcome === 'changed_meanwhile') throw new PasswordChangedMeanwhile();
    if (result.outcome === 'too_many') throw new LoginLimited(result.retryAfterSeconds);
  }
}
