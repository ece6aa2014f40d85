import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Settings } from '#platform/config';
import { Log } from '#platform/observability';
import { AccountChangesModule } from './account-changes.module.js';
import { LinkedIdentitiesController } from './adapters/http/linked-identities.controller.js';
import { JoseExternalTokens } from './adapters/jose/jose-external-tokens.js';
import { SqlLinkedIdentityViews } from './adapters/typeorm/sql-linked-identity-views.js';
import { TypeOrmLinkedIdentities } from './adapters/typeorm/typeorm-linked-identities.js';
import { LinkIdentityHandler } from './application/commands/link-identity.js';
import { UnlinkIdentityHandler } from './application/commands/unlink-identity.js';
import { ExternalTokens, LinkedIdentities } from './application/linked-identity-ports.js';
import { ListLinkedIdentitiesHandler } from './application/queries/list-linked-identities.js';
import { ExternalCallerResolver } from './application/services/external-caller-resolver.js';
import { LinkedIdentityViews } from './application/views.js';

/** External access tokens and the customers they are linked to. Part of the auth module. */
@Module({
  imports: [CqrsModule, AccountChangesModule],
  controllers: [LinkedIdentitiesController],
  providers: [
    LinkIdentityHandler,
    UnlinkIdentityHandler,
    ListLinkedIdentitiesHandler,
    { provide: LinkedIdentities, useClass: TypeOrmLinkedIdentities },
    { provide: LinkedIdentityViews, useClass: SqlLinkedIdentityViews },
    {
      provide: ExternalTokens,
      inject: [Settings, Log],
      useFactory: ({ oauthIssuers }: Settings, log: Log) => new JoseExternalTokens(oauthIssuers, log),
    },
    {
      provide: ExternalCallerResolver,
      inject: [ExternalTokens, LinkedIdentities],
      useFactory: (tokens: ExternalTokens, links: LinkedIdentities) => new ExternalCallerResolver(tokens, links),
    },
  ],
  exports: [ExternalCallerResolver, LinkedIdentities],
})
export class LinkedIdentitiesModule {}
