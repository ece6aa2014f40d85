import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { PasswordHasher } from '#kernel';
import { PasswordPepper, Secrets, Settings, wire } from '#platform';
import { PepperedPasswordScheme } from './adapters/hashing/peppered-password-scheme.js';
import { AuthController } from './adapters/http/auth.controller.js';
import { BearerStrategy } from './adapters/http/bearer.strategy.js';
import { JoseAccessTokens } from './adapters/jose/jose-access-tokens.js';
import { TypeOrmSubjects } from './adapters/typeorm/typeorm-subjects.js';
import { LogInHandler } from './application/commands/log-in.js';
import { HashedCredentials } from './application/hashed-credentials.js';
import { AccessTokens, AuthRules, PasswordScheme, Subjects } from './application/ports.js';
import { Credentials } from './facade.js';

export { authTables } from './adapters/typeorm/tables.js';

@Module({
  imports: [CqrsModule],
  controllers: [AuthController],
  providers: [
    LogInHandler,
    BearerStrategy,
    { provide: Subjects, useClass: TypeOrmSubjects },
    wire(PasswordScheme, PepperedPasswordScheme, [PasswordPepper]),
    {
      provide: AccessTokens,
      inject: [Settings, Secrets],
      useFactory: (s: Settings, k: Secrets) => JoseAccessTokens.create(s, k),
    },
    { provide: AuthRules, useExisting: Settings },
    wire(Credentials, HashedCredentials, [Subjects, PasswordScheme, PasswordHasher]),
  ],
  exports: [Credentials],
})
export class AuthModule {}
