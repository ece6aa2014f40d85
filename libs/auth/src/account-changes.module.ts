import { Module } from '@nestjs/common';
import { AfterCommit } from '#kernel';
import { provideService } from '#platform/config';
import { AccountChangeListeners } from './facade.js';

/** Listeners that notify account owners. A separate module, because links, passwords and modules above auth share it. */
@Module({
  providers: [provideService(AccountChangeListeners, AccountChangeListeners, [AfterCommit])],
  exports: [AccountChangeListeners],
})
export class AccountChangesModule {}
