import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ApiProblems, InvalidCredentials, Open } from '#platform';
import { LogIn } from '../../application/commands/log-in.js';
import { LogInDto, TokenDto } from './auth.dto.js';

@ApiTags('authentication')
@Controller('v1/auth')
export class AuthController {
  constructor(private readonly commands: CommandBus) {}

  /** Sign in. One answer for an unknown name and a wrong password, after the same work. */
  @Open()
  @Post('login')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiProblems({
    401: 'Unknown name or wrong password',
    422: 'Invalid body',
    503: 'Overloaded, or a dependency is away',
  })
  async logIn(@Body() { username, password }: LogInDto): Promise<TokenDto> {
    const token = await this.commands.execute(new LogIn(username, password));
    if (token === 'refused') throw new InvalidCredentials('Bearer realm="foyer"');
    return { access_token: token.token, token_type: 'Bearer', expires_in: token.expiresInSeconds, scope: token.scope };
  }
}
