import { type AccountChange, AccountChangeListener } from '#auth';
import { type Counters, spreadOverDay } from '#kernel';
import type { MessageLimits } from '#notifications';
import type { Customers } from '../ports.js';
import type { NoticeQueue } from './notice-queue.js';

/** Tells customers, wherever they can be reached, that a way into their account was opened or closed. */
export class AccountChangeNotifier extends AccountChangeListener {
  constructor(
    private readonly customers: Customers,
    private readonly notices: NoticeQueue,
    private readonly counters: Counters,
    private readonly limits: MessageLimits,
  ) {
    super();
  }

  /**
   * Beyond what a customer may be sent of one kind nothing is: an account is no way to send messages without end, and no kind
   * silences another.
   */
  async onAccountChanged(customerId: string, what: AccountChange): Promise<void> {
    const owner = await this.customers.findById(customerId);
    if (!owner || owner.isDeleted) return;
    const allowances = spreadOverDay(this.limits.sendsPerIdentifier);
    if (!(await this.counters.reserve(`{${customerId}}:account_notices:${what}`, allowances)).allowed) return;
    await this.notices.enqueueNotices(owner, { what });
  }
}
