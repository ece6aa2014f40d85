import type { DueMessages } from '#notifications';
import type { Customer } from '../domain/customer.js';
import {
  ACCOUNT_NOTICE_DUE,
  type AccountNews,
  CHANGE_NOTICE_DUE,
  type IdentifierNews,
  type NoticeSeals,
} from './change-ports.js';

/** Tells the owner of an account, at every identifier it has so far, what is about to become of it, or has. */
export class ChangeNotices {
  constructor(
    private readonly due: DueMessages,
    private readonly seals: NoticeSeals,
  ) {}

  async tell(owner: Customer, news: IdentifierNews | AccountNews): Promise<void> {
    const { id, locale } = owner.snapshot();
    const kind = 'kind' in news ? CHANGE_NOTICE_DUE : ACCOUNT_NOTICE_DUE;
    for (const { canonical: to } of owner.identifiers) {
      const sealed = this.seals.seal({ ...news, to, locale }, id);
      await this.due.put({ kind, reference: `${id}.${sealed}` });
    }
  }
}
