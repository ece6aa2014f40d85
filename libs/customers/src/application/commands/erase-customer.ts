import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CustomerEraser } from '../services/customer-eraser.js';
import type { Actor } from '../services/customer-updater.js';

/** Erase a customer, living or deleted: personal data leaves every table, and it cannot be taken back. */
export class EraseCustomer extends Command<void> {
  constructor(
    readonly id: string,
    /** That was read; null for whatever there is. */
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
