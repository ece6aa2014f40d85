import { Module } from '@nestjs/common';
import { AfterCommit } from '#kernel';
import { provideService } from '#platform/config';
import { AccountChangeListeners } from './facade.js';

/** Who tells the owners of accounts. A module of its own, because links, passwords and modules above auth share it. */
@Module({
  providers: [provideService(AccountChangeListeners, AccountChangeListeners, [AfterCommit])],
  exports: [AccountChangeListeners],
})
export class AccountChangesModule {}
