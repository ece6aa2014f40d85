import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, IdentifierHasher, Ids, UnitOfWork } from '#kernel';
import { IdentifierTaken } from '../../domain/errors.js';
import { CustomerDirectory, type CustomerView, IdentifierWatchers } from '../../facade.js';
import type { Ordered } from '../customer-record.js';
import { CustomerRules, Customers } from '../ports.js';
import { readVouched, type VouchedFor } from '../vouched-for.js';

/** Make somebody a customer for whom staff vouch. There is no password: a reset sets one. */
export class CreateCustomer extends Command<CustomerView> {
  constructor(
    readonly typed: VouchedFor,
    /** The same for every try of one request, by which a repeated one is known; undefined: there is no other try. */
    readonly request: string | undefined,
    readonly ordered: Ordered,
  ) {
    super();
  }
}

@CommandHandler(CreateCustomer)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly watchers: IdentifierWatchers,
    private readonly directory: CustomerDirectory,
    private readonly customers: Customers,
    private readonly audit: AuditTrail,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
    private readonly rules: CustomerRules,
  ) {}

  /** @throws IdentifierTaken, InvalidInput */
  async execute({ typed, request, ordered }: CreateCustomer): Promise<CustomerView> {
    const person = readVouched(typed, this.rules.defaultMarket);
    const [id, attemptId] = [this.ids.opaque(), request ?? this.ids.opaque()];
    const newcomer = { ...person, id, attemptId, credential: null, verifiedBy: 'staff' } as const;
    try {
      return await this.work.run(async () => {
        await this.watchers.tell(identifiersOf(newcomer).map((identifier) => ({ identifier, holderId: id })));
        const view = await this.directory.admit(newcomer);
        await this.audit.record({ action: 'customer.created', actor: ordered.by, target: id, source: ordered.source });
        return view;
      });
    } catch (error) {
      const made = error instanceof IdentifierTaken ? await this.#madeBefore(newcomer) : null;
      if (made === null) throw error;
      return made;
    }
  }

  /** The same request was committed before, but its answer was lost. */
  async #madeBefore(newcomer: ReturnType<typeof readVouched> & { readonly attemptId: string }) {
    const [identifier] = identifiersOf(newcomer);
    const { holder } = await this.customers.lookUp(identifier.kind, this.identifiers.candidates(identifier), null);
    return holder?.attemptId === newcomer.attemptId ? this.directory.find(holder.id) : null;
  }
}

const identifiersOf = ({ identifier, also }: Pick<ReturnType<typeof readVouched>, 'identifier' | 'also'>) =>
  also === undefined ? ([identifier] as const) : ([identifier, also] as const);
