import type { DueMessages } from '#notifications';
import type { Customer } from '../domain/customer.js';
import { CHANGE_NOTICE_DUE, type Notice, type NoticeSeals } from './change-ports.js';

/** Tells the owner of an account, wherever he can be reached so far, that it is about to get another identifier, or has got it. */
export class ChangeNotices {
  constructor(
    private readonly due: DueMessages,
    private readonly seals: NoticeSeals,
  ) {}

  async tell(owner: Customer, what: Notice['what'], kind: Notice['kind']): Promise<void> {
    const { id, locale } = owner.snapshot();
    for (const { canonical: to } of owner.identifiers) {
      const sealed = this.seals.seal({ to, what, kind, locale }, id);
      await this.due.put({ kind: CHANGE_NOTICE_DUE, reference: `${id}.${sealed}` });
    }
  }
}
