import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Log, Settings } from '#platform';
import { AccountChangesModule } from './account-changes.module.js';
import { LinksController } from './adapters/http/links.controller.js';
import { JoseForeignTokens } from './adapters/jose/jose-foreign-tokens.js';
import { SqlLinkViews } from './adapters/typeorm/sql-link-views.js';
import { TypeOrmLinks } from './adapters/typeorm/typeorm-links.js';
import { LinkIdentityHandler } from './application/commands/link-identity.js';
import { UnlinkIdentityHandler } from './application/commands/unlink-identity.js';
import { ForeignCallers } from './application/foreign-callers.js';
import { ForeignTokens, Links } from './application/link-ports.js';
import { ListLinksHandler } from './application/queries/list-links.js';
import { LinkViews } from './application/views.js';

/** Tokens of external identity servers, and whose they are. A part of auth, in a file of its own. */
@Module({
  imports: [CqrsModule, AccountChangesModule],
  controllers: [LinksController],
  providers: [
    LinkIdentityHandler,
    UnlinkIdentityHandler,
    ListLinksHandler,
    { provide: Links, useClass: TypeOrmLinks },
    { provide: LinkViews, useClass: SqlLinkViews },
    {
      provide: ForeignTokens,
      inject: [Settings, Log],
      useFactory: ({ oauthIssuers }: Settings, log: Log) => new JoseForeignTokens(oauthIssuers, log),
    },
    {
      provide: ForeignCallers,
      inject: [ForeignTokens, Links],
      useFactory: (tokens: ForeignTokens, links: Links) => new ForeignCallers(tokens, links),
    },
  ],
  exports: [ForeignCallers, Links],
})
export class LinksModule {}
