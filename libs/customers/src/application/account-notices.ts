import { type AccountChange, AccountChangeListener } from '#auth';
import type { Counters } from '#kernel';
import type { ChangeNotices } from './change-notices.js';
import type { ChangeRules } from './change-ports.js';
import type { Customers } from './ports.js';

const DAY_MS = 24 * 3_600_000;

/** Tells customers, wherever they can be reached, that a way into their account was opened or closed. */
export class AccountNotices extends AccountChangeListener {
  constructor(
    private readonly customers: Customers,
    private readonly notices: ChangeNotices,
    private readonly counters: Counters,
    private readonly rules: ChangeRules,
  ) {
    super();
  }

  /** Beyond what a customer may be sent nothing is: an account is no way to send messages without end. */
  async changed(customerId: string, what: AccountChange): Promise<void> {
    const owner = await this.customers.byId(customerId);
    if (!owner || owner.isDeleted) return;
    const daily = [{ most: this.rules.limits.sendsPerIdentifier, windowMs: DAY_MS }];
    if (!(await this.counters.take(`{${customerId}}:account_notices`, daily)).allowed) return;
    await this.notices.tell(owner, { what });
  }
}
