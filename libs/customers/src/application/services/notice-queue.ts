import type { JobQueue } from '#notifications';
import type { Customer } from '../../domain/customer.js';
import {
  type AccountChangeNotice,
  type IdentifierChangeNotice,
  type NoticeSealer,
  SEND_ACCOUNT_NOTICE,
  SEND_IDENTIFIER_CHANGE_NOTICE,
} from '../identifier-change-ports.js';

/** Enqueues a notice of a change to every current identifier of a customer. */
export class NoticeQueue {
  constructor(
    private readonly jobs: JobQueue,
    private readonly sealer: NoticeSealer,
  ) {}

  async enqueueNotices(owner: Customer, notice: IdentifierChangeNotice | AccountChangeNotice): Promise<void> {
    const { id, locale } = owner.snapshot();
    const kind = 'kind' in notice ? SEND_IDENTIFIER_CHANGE_NOTICE : SEND_ACCOUNT_NOTICE;
    for (const { canonical: to } of owner.identifiers) {
      const sealed = this.sealer.seal({ ...notice, to, locale }, id);
      await this.jobs.enqueue({ kind, reference: `${id}.${sealed}` });
    }
  }
}
