import { Body, Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiProblems, ClientAddress, InvalidCredentials, OwnToken } from '#platform/http';
import { ClientNetworkLimits } from '#platform/rate-limits';
import { Reauthenticate } from '../../application/commands/reauthenticate.js';
import type { TokenClaims } from '../../application/ports.js';
import { LoginLimited, PasswordWrong } from '../../domain/errors.js';
import { AccessTokenDto, ReauthenticateDto } from './auth.dto.js';

@ApiTags('authentication')
@ApiBearerAuth()
@Controller('v1/auth/reauthenticate')
export class ReauthenticationController {
  constructor(
    private readonly commands: CommandBus,
    private readonly limits: ClientNetworkLimits,
  ) {}

  /** Enter the password again to get an access token of the same session for operations that require a recent sign-in. */
  @OwnToken()
  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    400: 'The password is wrong',
    401: 'No valid access token',
    403: 'The access token was not issued by this service, or is valid for setting a password only',
    422: 'Invalid body',
    429: 'Too many wrong passwords in a row, or too many calls from this source',
    503: 'Overloaded, or a dependency is unavailable',
  })
  async reauthenticate(
    @Req() { user }: { readonly user: TokenClaims },
    @Body() { password }: ReauthenticateDto,
    @ClientAddress() address: string,
  ): Promise<AccessTokenDto> {
    await this.limits.reserve('loginsPerSource', address, 'count here');
    const { prefix } = this.limits.resolveClientNetwork(address);
    const command = new Reauthenticate(user.customerId, user.sessionId, password, prefix);
    const result = await this.commands.execute(command);
    if (result.outcome === 'wrong') throw new PasswordWrong();
    if (result.outcome === 'too_many') throw new LoginLimited(result.retryAfterSeconds);
    if (result.outcome === 'session_ended') throw new InvalidCredentials('Bearer realm="foyer", error="invalid_token"');
    const { token, expiresInSeconds, scope } = result.access;
    return { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds, scope };
  }
}
