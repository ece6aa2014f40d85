import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CustomerEraser } from '../services/customer-eraser.js';
import type { Actor } from '../services/customer-updater.js';

/** Erases a customer, deleted or not: removes personal data from every table. This cannot be undone. */
export class EraseCustomer extends Command<void> {
  constructor(
    readonly id: string,
    /** The version that the caller has read; null skips the check. */
    readonly version: number | null,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(EraseCustomer)
export class EraseCustomerHandler implements ICommandHandler<EraseCustomer> {
  constructor(private readonly eraser: CustomerEraser) {}

  execute({ id, version, actor }: EraseCustomer): Promise<void> {
    return this.eraser.erase(id, version, actor);
  }
}
