import type { Credentials } from '#auth';
import { type AuditTrail, BACKGROUND_HASH, Email, type Ids, type UnitOfWork } from '#kernel';
import { Administrators, type Appointed, type CustomerDirectory, type IdentifierWatchers } from '../facade.js';
import type { CustomerRules } from './ports.js';

export class LocalAdministrators extends Administrators {
  constructor(
    private readonly work: UnitOfWork,
    private readonly directory: CustomerDirectory,
    private readonly watchers: IdentifierWatchers,
    private readonly credentials: Credentials,
    private readonly ids: Ids,
    private readonly audit: AuditTrail,
    private readonly rules: CustomerRules,
  ) {
    super();
  }

  exist(): Promise<boolean> {
    return this.credentials.anybodyHas('admin');
  }

  async appoint(email: string): Promise<Appointed> {
    const identifier = Email.parse(email);
    const { holderId } = await this.directory.standing(identifier, null);
    // 122 bits: nobody guesses it before it is used up.
    const oneTimePassword = holderId === null ? this.ids.opaque() : null;
    const [preHash] = this.credentials.preHashes(oneTimePassword ?? '');
    const credential = oneTimePassword === null ? null : await this.credentials.hash(preHash, BACKGROUND_HASH);
    const customerId = holderId ?? this.ids.opaque();
    await this.work.run(async () => {
      if (holderId === null) await this.#admit(identifier, customerId, credential);
      else await this.credentials.setRoles(customerId, ['customer', 'admin'], null);
      await this.audit.record({ action: 'admin.appointed', actor: null, target: customerId, source: null });
    });
    return { customerId, oneTimePassword };
  }

  async #admit(identifier: Email, id: string, credential: string | null): Promise<void> {
    const person = { firstName: null, lastName: null, market: this.rules.defaultMarket, locale: 'en' };
    await this.watchers.tell([{ identifier, holderId: id }]);
    const vouched = { verifiedBy: 'staff', attemptId: this.ids.opaque(), oneTime: true, isAdmin: true } as const;
    await this.directory.admit({ id, identifier, ...person, ...vouched, credential });
  }
}
