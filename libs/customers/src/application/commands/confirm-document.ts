import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { Cpf, UnitOfWork } from '#kernel';
import { DocumentDiffers, OwnDocument } from '../../domain/errors.js';
import { CustomerUpdatedV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { CustomerRecord, type Ordered } from '../customer-record.js';
import { viewOf } from '../view-of.js';

/** Confirm that a customer's document is his: from now on it is his alone, and he may sign in with it. */
export class ConfirmDocument extends Command<CustomerView> {
  constructor(
    readonly id: string,
    /** What stands on the card, bare or punctuated; undefined: whatever he has given. */
    readonly seen: string | undefined,
    /** That was read; null for whatever there is. */
    readonly version: number | null,
    readonly ordered: Ordered,
  ) {
    super();
  }
}

@CommandHandler(ConfirmDocument)
export class ConfirmDocumentHandler implements ICommandHandler<ConfirmDocument> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly record: CustomerRecord,
    private readonly credentials: Credentials,
  ) {}

  async execute({ id, seen, version, ordered }: ConfirmDocument): Promise<CustomerView> {
    if (ordered.by === id) throw new OwnDocument();
    const card = seen === undefined ? null : Cpf.parse(seen);
    return this.work.run(async () => {
      const customer = await this.record.changeable(id, version, ordered, this.credentials);
      const after = customer.confirmDocument(this.record.now);
      if (card && after.snapshot().document?.number !== card.canonical) throw new DocumentDiffers();
      if (after === customer) return viewOf(customer);
      const event = (view: CustomerView, before: CustomerView) => CustomerUpdatedV1.of(view, before);
      return this.record.write(customer, { after, event, action: 'customer.document_confirmed' }, ordered);
    });
  }
}
