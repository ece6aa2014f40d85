import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { Cpf, UnitOfWork } from '#kernel';
import { DocumentDiffers, OwnDocument } from '../../domain/errors.js';
import { CustomerUpdatedV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { type Actor, CustomerUpdater } from '../services/customer-updater.js';
import { toCustomerView } from '../services/to-customer-view.js';

/** Confirms a customer's document. It becomes unique, and the customer can sign in with it. */
export class ConfirmDocument extends Command<CustomerView> {
  constructor(
    readonly id: string,
    /** The number on the card, bare or punctuated. Undefined skips the comparison. */
    readonly documentOnCard: string | undefined,
    /** The version that the caller has read; null skips the check. */
    readonly version: number | null,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(ConfirmDocument)
export class ConfirmDocumentHandler implements ICommandHandler<ConfirmDocument> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly updater: CustomerUpdater,
    private readonly credentials: Credentials,
  ) {}

  async execute({ id, documentOnCard, version, actor }: ConfirmDocument): Promise<CustomerView> {
    if (actor.by === id) throw new OwnDocument();
    const card = documentOnCard === undefined ? null : Cpf.parse(documentOnCard);
    return this.work.run(async () => {
      const customer = await this.updater.getChangeableCustomer(id, version, actor, this.credentials);
      const after = customer.confirmDocument(this.updater.now);
      if (card && after.snapshot().document?.number !== card.canonical) throw new DocumentDiffers();
      if (after === customer) return toCustomerView(customer);
      const event = (view: CustomerView, before: CustomerView) => CustomerUpdatedV1.of(view, before);
      return this.updater.saveChange(customer, { after, event, action: 'customer.document_confirmed' }, actor);
    });
  }
}
