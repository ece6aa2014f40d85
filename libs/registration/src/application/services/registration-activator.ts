import type { Credentials, PreHash } from '#auth';
import type { Codes } from '#codes';
import { type CustomerDirectory, type CustomerView, IdentifierTaken } from '#customers';
import { type AuditTrail, BACKGROUND_HASH, type HashTicket, type IdentifierHasher, type UnitOfWork } from '#kernel';
import { type AttemptState, identifierOf } from '../../domain/registration-attempt.js';
import type { AttemptStore, RegistrationKeys } from '../ports.js';
import { codeAddressOf } from './code-address.js';

/** Proof that the registrant controls the identifier of an attempt. */
export interface Proof {
  /** Pre-hash of the attempt's password. Its hash is stored. */
  readonly preHash: PreHash;
  readonly verifiedBy: 'code' | 'event';
  /** Source prefix of the request with the code; null for an event. */
  readonly source: string | null;
  /** Runs first in the activating unit of work. */
  first?(): Promise<void>;
  /** Runs last in the activating unit of work. */
  last?(): Promise<void>;
}

/** Activates a proven attempt and creates the customer. */
export class RegistrationActivator {
  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: RegistrationKeys,
    private readonly credentials: Credentials,
    private readonly customers: CustomerDirectory,
    private readonly attempts: AttemptStore,
    private readonly codes: Codes,
    private readonly identifiers: IdentifierHasher,
    private readonly audit: AuditTrail,
  ) {}

  /** Returns the customer, or null when the identifier was assigned to another customer meanwhile. */
  async activate(attempt: AttemptState, proof: Proof): Promise<CustomerView | null> {
    const credential = await this.credentials.hash(proof.preHash, hashTicketOf(proof));
    const customer = await this.work.run(() => this.#runInTransaction(attempt, credential, proof)).catch(nullWhenTaken);
    await this.#cleanUp(attempt, customer !== null);
    return customer;
  }

  /** Returns the customer created by this attempt, if its password is still the customer's. */
  async findActivated(attempt: AttemptState): Promise<CustomerView | null> {
    const { createdByAttemptId } = await this.customers.checkAvailability(identifierOf(attempt), attempt.customerId);
    return createdByAttemptId === attempt.attemptId ? this.#findUnchanged(attempt) : null;
  }

  async #findUnchanged({ customerId }: AttemptState): Promise<CustomerView | null> {
    return (await this.credentials.isUnchangedSinceEnrolment(customerId)) ? this.customers.find(customerId) : null;
  }

  async #runInTransaction(attempt: AttemptState, credential: string, proof: Proof): Promise<CustomerView | null> {
    await proof.first?.();
    const customer = await this.#createCustomer(attempt, credential, proof);
    await proof.last?.();
    return customer;
  }

  async #createCustomer(
    attempt: AttemptState,
    credential: string,
    { verifiedBy, source }: Proof,
  ): Promise<CustomerView | null> {
    const identifier = identifierOf(attempt);
    const key = await this.keys.lockAndMarkProven(this.identifiers.candidates(identifier));
    const { holderId, idIsUsed, createdByAttemptId } = await this.customers.checkAvailability(
      identifier,
      attempt.customerId,
    );
    // Already committed, but the response or the cleanup was lost. Compare the attempt id; the customer id could collide.
    if (createdByAttemptId === attempt.attemptId) return this.#findUnchanged(attempt);
    if (attempt.decoy || holderId !== null || idIsUsed || key?.customerId !== attempt.customerId) return null;
    const { customerId: id, attemptId, profile } = attempt;
    const customer = await this.customers.createCustomer({
      id,
      identifier,
      attemptId,
      ...profile,
      credential,
      verifiedBy,
    });
    const actor = verifiedBy === 'code' ? id : null;
    await this.audit.record({ action: 'customer.created', actor, target: id, source });
    return customer;
  }

  /** Ignores store errors: the commit is valid without the cleanup, because the database rejects stale attempts. */
  async #cleanUp(attempt: AttemptState, isActivated: boolean): Promise<void> {
    const cleanup = isActivated
      ? this.attempts.convertToReceipt(attempt, attempt.attemptId)
      : this.attempts.remove(attempt);
    // Write the receipt first: a request that finds no code must find the receipt.
    await cleanup.catch(() => undefined);
    await this.codes.consume(codeAddressOf(attempt)).catch(() => undefined);
  }
}

function nullWhenTaken(error: unknown): null {
  if (error instanceof IdentifierTaken) return null;
  throw error;
}

/** Activations by code have priority. Events have no waiting client and are redelivered after a failure. */
const hashTicketOf = ({ verifiedBy, source }: Proof): HashTicket =>
  verifiedBy === 'code' ? { priority: 'activation', source, customerId: null } : BACKGROUND_HASH;
