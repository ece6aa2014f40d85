import type { CustomerDirectory } from '#customers';
import type { AuditTrail, Identifier, IdentifierHasher, Ids, UnitOfWork } from '#kernel';
import type { Verification } from '../../domain/verification.js';
import type { AttemptStore, RegistrationKeys, RegistrationSettings, VerificationOutcome } from '../ports.js';

/**
 * Creates customers for externally verified identifiers without a confirmed attempt. They have no password until they set one by
 * a reset, because pending attempts of the identifier may belong to other people.
 */
export class VerifiedIdentifierActivator {
  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: RegistrationKeys,
    private readonly directory: CustomerDirectory,
    private readonly attempts: AttemptStore,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
    private readonly settings: RegistrationSettings,
    private readonly audit: AuditTrail,
  ) {}

  /** @param recordHandled runs first in the unit of work */
  async activate({ identifier }: Verification, recordHandled: () => Promise<void>): Promise<VerificationOutcome> {
    const hashes = this.identifiers.candidates(identifier);
    const created = await this.work.run(async () => {
      await recordHandled();
      return this.#createCustomer(identifier, hashes);
    });
    if (!created) return 'known';
    // The commit has already invalidated these attempts; this is only cleanup.
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
      ...{ market: this.settings.defaultMarket, locale: 'en', credential: null, verifiedBy: 'event' },
    });
    await this.audit.record({ action: 'customer.created', actor: null, target: id, source: null });
    return true;
  }
}
