import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, IdentifierHasher, Ids, UnitOfWork } from '#kernel';
import { IdentifierTaken } from '../../domain/errors.js';
import { CustomerDirectory, type CustomerView, IdentifierAssignmentListeners } from '../../facade.js';
import { CustomerSettings, Customers } from '../ports.js';
import type { Actor } from '../services/customer-updater.js';
import { parseStaffCreatedCustomer, type StaffCreatedCustomerInput } from '../services/staff-created-customer.js';

/** Creates a customer whose identity staff confirm. There is no password: a reset sets one. */
export class CreateCustomer extends Command<CustomerView> {
  constructor(
    readonly input: StaffCreatedCustomerInput,
    /** The same for every attempt of one request, so that a retry is recognised. Undefined when there are no retries. */
    readonly requestId: string | undefined,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(CreateCustomer)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly listeners: IdentifierAssignmentListeners,
    private readonly directory: CustomerDirectory,
    private readonly customers: Customers,
    private readonly audit: AuditTrail,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
    private readonly settings: CustomerSettings,
  ) {}

  /** @throws IdentifierTaken, InvalidInput */
  async execute({ input, requestId, actor }: CreateCustomer): Promise<CustomerView> {
    const person = parseStaffCreatedCustomer(input, this.settings.defaultMarket);
    const [id, attemptId] = [this.ids.opaque(), requestId ?? this.ids.opaque()];
    const newCustomer = { ...person, id, attemptId, credential: null, verifiedBy: 'staff' } as const;
    try {
      return await this.work.run(async () => {
        await this.listeners.notifyAssignments(
          identifiersOf(newCustomer).map((identifier) => ({ identifier, holderId: id })),
        );
        const view = await this.directory.createCustomer(newCustomer);
        await this.audit.record({ action: 'customer.created', actor: actor.by, target: id, source: actor.source });
        return view;
      });
    } catch (error) {
      const existing = error instanceof IdentifierTaken ? await this.#findCreatedByRequest(newCustomer) : null;
      if (existing === null) throw error;
      return existing;
    }
  }

  /** Finds the customer that an earlier attempt of the same request created. */
  async #findCreatedByRequest(
    newCustomer: ReturnType<typeof parseStaffCreatedCustomer> & { readonly attemptId: string },
  ) {
    const [identifier] = identifiersOf(newCustomer);
    const { holder } = await this.customers.lookUpHolders(
      identifier.kind,
      this.identifiers.candidates(identifier),
      null,
    );
    return holder?.attemptId === newCustomer.attemptId ? this.directory.find(holder.id) : null;
  }
}

const identifiersOf = ({
  identifier,
  also,
}: Pick<ReturnType<typeof parseStaffCreatedCustomer>, 'identifier' | 'also'>) =>
  also === undefined ? ([identifier] as const) : ([identifier, also] as const);
