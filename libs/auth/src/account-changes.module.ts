import { Module } from '@nestjs/common';
import { AfterCommit } from '#kernel';
import { wire } from '#platform/config';
import { AccountChangeListeners } from './facade.js';

/** Who tells the owners of accounts. A module of its own, because links, passwords and modules above auth share it. */
@Module({
  providers: [wire(AccountChangeListeners, AccountChangeListeners, [AfterCommit])],
  exports: [AccountChangeListeners],
})
export class AccountChangesModule {}
