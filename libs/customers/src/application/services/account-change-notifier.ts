import { type AccountChange, AccountChangeListener } from '#auth';
import { type Counters, spreadOverDay } from '#kernel';
import type { MessageLimits } from '#notifications';
import type { Customers } from '../ports.js';
import type { NoticeQueue } from './notice-queue.js';

/** Notifies customers at every identifier when their sign-in methods, password or sessions change. */
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
   * Drops notices above the daily limit per customer and kind of change, so that an account cannot send unlimited messages
   * and one kind cannot suppress another.
   */
  async onAccountChanged(customerId: string, what: AccountChange): Promise<void> {
    const owner = await this.customers.findById(customerId);
    if (!owner || owner.isDeleted) return;
    const allowances = spreadOverDay(this.limits.sendsPerIdentifier);
    if (!(await this.counters.reserve(`{${customerId}}:account_notices:${what}`, allowances)).allowed) return;
    await this.notices.enqueueNotices(owner, { what });
  }
}
