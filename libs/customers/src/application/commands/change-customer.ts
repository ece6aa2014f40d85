import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { InvalidInput, UnitOfWork } from '#kernel';
import type { Customer, CustomerState, ProfileChange } from '../../domain/customer.js';
import { CustomerReactivatedV1, CustomerSuspendedV1, CustomerUpdatedV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { CustomerRecord, type Ordered, type Step } from '../customer-record.js';
import { viewOf } from '../view-of.js';

/** Change what may be changed of a customer. */
export class ChangeCustomer extends Command<CustomerView> {
  constructor(
    readonly id: string,
    readonly profile: ProfileChange,
    /** Suspended: nobody signs in as this customer, and every session ends. */
    readonly status: CustomerState['status'] | undefined,
    /** That was read; null for whatever there is. */
    readonly version: number | null,
    readonly ordered: Ordered,
    /** What cannot be changed so, and is named all the same: refused unless it is as it stands. */
    readonly stated: Partial<CustomerView> = {},
  ) {
    super();
  }
}

/** A change of the profile and one of the status are two facts, each with a version and an event of its own. */
@CommandHandler(ChangeCustomer)
export class ChangeCustomerHandler implements ICommandHandler<ChangeCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly record: CustomerRecord,
    private readonly credentials: Credentials,
  ) {}

  execute({ id, profile, status, version, ordered, stated }: ChangeCustomer): Promise<CustomerView> {
    return this.work.run(async () => {
      const found = await this.record.changeable(id, version, ordered, this.credentials);
      refuseOther(viewOf(found), stated);
      const changed = await this.#write(found, this.#profiled(found, profile), ordered);
      const put = await this.#write(changed, this.#put(changed, status), ordered);
      if (put !== changed) await this.credentials.setStatus(id, put.snapshot().status, ordered.by);
      return viewOf(put);
    });
  }

  async #write(before: Customer, step: Step, ordered: Ordered): Promise<Customer> {
    if (step.after !== before) await this.record.write(before, step, ordered);
    return step.after;
  }

  #profiled(customer: Customer, profile: ProfileChange): Step {
    const after = customer.change(profile, this.record.now);
    return { after, event: CustomerUpdatedV1.of, action: 'customer.updated' };
  }

  #put(customer: Customer, status: CustomerState['status'] | undefined): Step {
    const after = status === undefined ? customer : customer.putInto(status, this.record.now);
    return after.snapshot().status === 'suspended'
      ? { after, event: (view) => new CustomerSuspendedV1(view), action: 'customer.suspended' }
      : { after, event: (view) => new CustomerReactivatedV1(view), action: 'customer.reactivated' };
  }
}

function refuseOther(standing: CustomerView, stated: Partial<CustomerView>): void {
  const faults = Object.entries(stated)
    .filter(([field, value]) => value !== undefined && value !== standing[field as keyof CustomerView])
    .map(([field]) => ({ pointer: `/${field}`, code: 'read_only', detail: 'cannot be changed here' }));
  if (faults.length > 0) throw new InvalidInput(faults);
}
