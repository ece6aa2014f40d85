import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { InvalidInput, UnitOfWork } from '#kernel';
import type { Customer, CustomerState, ProfileChange } from '../../domain/customer.js';
import { CustomerReactivatedV1, CustomerSuspendedV1, CustomerUpdatedV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { type Actor, CustomerUpdater, type RecordedChange } from '../services/customer-updater.js';
import { toCustomerView } from '../services/to-customer-view.js';

/** Changes the profile and the status of a customer. */
export class ChangeCustomer extends Command<CustomerView> {
  constructor(
    readonly id: string,
    readonly profile: ProfileChange,
    /** `suspended` blocks sign-in and ends every session. */
    readonly status: CustomerState['status'] | undefined,
    /** The version that the caller has read; null skips the check. */
    readonly version: number | null,
    readonly actor: Actor,
    /** Read-only fields that the request contains. The command is rejected unless they equal the current values. */
    readonly readOnlyFields: Partial<CustomerView> = {},
  ) {
    super();
  }
}

/** A profile change and a status change are separate writes, each with its own version and event. */
@CommandHandler(ChangeCustomer)
export class ChangeCustomerHandler implements ICommandHandler<ChangeCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly updater: CustomerUpdater,
    private readonly credentials: Credentials,
  ) {}

  execute({ id, profile, status, version, actor, readOnlyFields }: ChangeCustomer): Promise<CustomerView> {
    return this.work.run(async () => {
      const found = await this.updater.getChangeableCustomer(id, version, actor, this.credentials);
      rejectReadOnlyChanges(toCustomerView(found), readOnlyFields);
      const changed = await this.#saveIfChanged(found, this.#profileChange(found, profile), actor);
      const withStatus = await this.#saveIfChanged(changed, this.#statusChange(changed, status), actor);
      if (withStatus !== changed) await this.credentials.setStatus(id, withStatus.snapshot().status, actor.by);
      return toCustomerView(withStatus);
    });
  }

  async #saveIfChanged(before: Customer, change: RecordedChange, actor: Actor): Promise<Customer> {
    if (change.after !== before) await this.updater.saveChange(before, change, actor);
    return change.after;
  }

  #profileChange(customer: Customer, profile: ProfileChange): RecordedChange {
    const after = customer.changeProfile(profile, this.updater.now);
    return { after, event: CustomerUpdatedV1.of, action: 'customer.updated' };
  }

  #statusChange(customer: Customer, status: CustomerState['status'] | undefined): RecordedChange {
    const after = status === undefined ? customer : customer.setStatus(status, this.updater.now);
    return after.snapshot().status === 'suspended'
      ? { after, event: (view) => new CustomerSuspendedV1(view), action: 'customer.suspended' }
      : { after, event: (view) => new CustomerReactivatedV1(view), action: 'customer.reactivated' };
  }
}

function rejectReadOnlyChanges(current: CustomerView, readOnlyFields: Partial<CustomerView>): void {
  const faults = Object.entries(readOnlyFields)
    .filter(([field, value]) => value !== undefined && value !== current[field as keyof CustomerView])
    .map(([field]) => ({ pointer: `/${field}`, code: 'read_only', detail: 'cannot be changed here' }));
  if (faults.length > 0) throw new InvalidInput(faults);
}
