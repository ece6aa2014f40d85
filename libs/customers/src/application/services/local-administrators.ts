import type { Credentials } from '#auth';
import { type AuditTrail, BACKGROUND_HASH, Email, type Ids, type UnitOfWork } from '#kernel';
import {
  Administrators,
  type AppointedAdministrator,
  type CustomerDirectory,
  type IdentifierAssignmentListeners,
} from '../../facade.js';
import type { CustomerSettings } from '../ports.js';

export class LocalAdministrators extends Administrators {
  constructor(
    private readonly work: UnitOfWork,
    private readonly directory: CustomerDirectory,
    private readonly listeners: IdentifierAssignmentListeners,
    private readonly credentials: Credentials,
    private readonly ids: Ids,
    private readonly audit: AuditTrail,
    private readonly settings: CustomerSettings,
  ) {
    super();
  }

  anyExist(): Promise<boolean> {
    return this.credentials.anyActiveHasRole('admin');
  }

  async appointAdministrator(email: string): Promise<AppointedAdministrator> {
    const identifier = Email.parse(email);
    const { holderId } = await this.directory.checkAvailability(identifier, null);
    // 122 random bits cannot be guessed before the password is used.
    const oneTimePassword = holderId === null ? this.ids.opaque() : null;
    const [preHash] = this.credentials.preHashes(oneTimePassword ?? '');
    const credential = oneTimePassword === null ? null : await this.credentials.hash(preHash, BACKGROUND_HASH);
    const customerId = holderId ?? this.ids.opaque();
    await this.work.run(async () => {
      if (holderId === null) await this.#createAdministrator(identifier, customerId, credential);
      else await this.credentials.setRoles(customerId, ['customer', 'admin'], null);
      await this.audit.record({ action: 'admin.appointed', actor: null, target: customerId, source: null });
    });
    return { customerId, oneTimePassword };
  }

  async #createAdministrator(identifier: Email, id: string, credential: string | null): Promise<void> {
    const profile = { firstName: null, lastName: null, market: this.settings.defaultMarket, locale: 'en' };
    await this.listeners.notifyAssignments([{ identifier, holderId: id }]);
    const options = { verifiedBy: 'staff', attemptId: this.ids.opaque(), oneTime: true, isAdmin: true } as const;
    await this.directory.createCustomer({ id, identifier, ...profile, ...options, credential });
  }
}
