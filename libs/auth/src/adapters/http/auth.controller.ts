import { Body, Controller, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  ApiProblems,
  ClientAddress,
  FreshAuthenticationPolicy,
  InvalidCredentials,
  OwnToken,
  Public,
  Scopes,
} from '#platform/http';
import { ClientNetworkLimits } from '#platform/rate-limits';
import { LogIn } from '../../application/commands/log-in.js';
import { LogOut } from '../../application/commands/log-out.js';
import { RefreshSession } from '../../application/commands/refresh-session.js';
import { AuthSettings, type TokenClaims } from '../../application/ports.js';
import { LoginLimited } from '../../domain/errors.js';
import { deviceCookie, toTokenResponse } from '../../facade.js';
import { LogInDto, LogOutDto, RefreshDto, type TokenDto } from './auth.dto.js';
import { DEVICE_HEADER_DOCS, DeviceToken } from './device-token.js';

const CHALLENGE = 'Bearer realm="foyer"';

@ApiTags('authentication')
@Controller('v1/auth')
export class AuthController {
  constructor(
    private readonly commands: CommandBus,
    private readonly limits: ClientNetworkLimits,
    private readonly authentications: FreshAuthenticationPolicy,
    private readonly settings: AuthSettings,
  ) {}

  /** Sign in. An unknown name and a wrong password get the same response, after the same work. */
  @Public()
  @Post('login')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiHeader(DEVICE_HEADER_DOCS)
  @ApiProblems({
    401: 'Unknown name or wrong password',
    422: 'Invalid body',
    429: 'Too many wrong passwords in a row, or too many calls or failed sign-ins from this source',
    503: 'Overloaded, or a dependency is unavailable',
  })
  async logIn(
    @Body() { username, password }: LogInDto,
    @ClientAddress() address: string,
    @DeviceToken() deviceToken: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenDto> {
    const { prefix } = this.limits.resolveClientNetwork(address);
    await this.limits.reserve('loginsPerSource', address, 'count here');
    const result = await this.commands.execute(new LogIn(username, password, prefix, address, deviceToken));
    if (result.outcome === 'too_many') throw new LoginLimited(result.retryAfterSeconds);
    if (result.outcome === 'refused') throw new InvalidCredentials(CHALLENGE);
    const { deviceToken: issued } = result.tokens;
    if (issued !== undefined) reply.header('set-cookie', deviceCookie(issued, this.settings.publicUrl));
    return toTokenResponse(result.tokens);
  }

  /** Exchange a refresh token for the next pair. A lost response can be requested again within ten seconds. */
  @Public()
  @Post('refresh')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiProblems({ 401: 'Not good any more, or never was', 422: 'Invalid body', 503: 'The database is unavailable' })
  async refresh(@Body() { refresh_token }: RefreshDto, @ClientAddress() address: string): Promise<TokenDto> {
    const tokens = await this.commands.execute(
      new RefreshSession(refresh_token, this.limits.resolveClientNetwork(address).prefix),
    );
    if (tokens === 'refused') throw new InvalidCredentials(`${CHALLENGE}, error="invalid_token"`);
    return toTokenResponse(tokens);
  }

  /** Sign out of this session or, after a recent sign-in, of all sessions. Every replica rejects their tokens within one second. */
  @Scopes('customer', 'password')
  @OwnToken()
  @ApiBearerAuth()
  @Post('logout')
  @HttpCode(204)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'No valid access token, or, for `all`, one whose sign-in is more than five minutes old',
    403: 'The access token was not issued by this service',
    422: 'Invalid body',
    503: 'The database is unavailable',
  })
  async logOut(
    @Req() { user }: { readonly user: TokenClaims },
    @Body() { scope = 'current' }: LogOutDto,
    @ClientAddress() address: string,
  ): Promise<void> {
    if (scope === 'all') this.authentications.assertFresh(user);
    const source = this.limits.resolveClientNetwork(address).prefix;
    await this.commands.execute(new LogOut(user.customerId, user.sessionId, scope, source));
  }
}
