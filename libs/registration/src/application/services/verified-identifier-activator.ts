import type { CustomerDirectory } from '#customers';
import type { AuditTrail, Identifier, IdentifierHasher, Ids, UnitOfWork } from '#kernel';
import type { Verification } from '../../domain/verification.js';
import type { AttemptStore, RegistrationKeys, RegistrationSettings, VerificationOutcome } from '../ports.js';

/**
 * People who were seen elsewhere and had confirmed no attempt. They have no password until they set one by a reset: whoever has
 * begun to register this identifier here may be anybody.
 */
export class VerifiedIdentifierActivator {
  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: RegistrationKeys,
    private readonly directory: CustomerDirectory,
    private readonly attempts: AttemptStore,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
    private readonly rules: RegistrationSettings,
    private readonly audit: AuditTrail,
  ) {}

  /** @param note the first thing in the unit of work */
  async activate({ identifier }: Verification, note: () => Promise<void>): Promise<VerificationOutcome> {
    const hashes = this.identifiers.candidates(identifier);
    const admitted = await this.work.run(async () => {
      await note();
      return this.#createCustomer(identifier, hashes);
    });
    if (!admitted) return 'known';
    // They are dead by what is committed; this only tidies up.
    await Promise.allSettled(hashes.map((hash) => this.attempts.removeOthers(hash, null)));
    return 'admitted_without_password';
  }

  async #createCustomer(identifier: Identifier, hashes: readonly string[]): Promise<boolean> {
    const key = await this.keys.lockAndMarkProven(hashes);
    const { holderId, idIsUsed } = await this.directory.checkAvailability(identifier, key?.customerId ?? null);
    if (holderId !== null) return false;
    const id = key && !idIsUsed ? key.customerId : this.ids.opaque();
    await this.keys.assign(hashes, id);
    await this.directory.createCustomer({
      ...{ id, identifier, attemptId: this.ids.next(), firstName: null, lastName: null },
      ...{ market: this.rules.defaultMarket, locale: 'en', credential: null, verifiedBy: 'event' },
    });
    await this.audit.record({ action: 'customer.created', actor: null, target: id, source: null });
    return true;
  }
}
