import type { Credentials, PreHash } from '#auth';
import type { Codes } from '#codes';
import { type CustomerDirectory, type CustomerView, IdentifierTaken } from '#customers';
import { type AuditTrail, BACKGROUND_HASH, type HashTicket, type IdentifierHasher, type UnitOfWork } from '#kernel';
import { type AttemptState, identifierOf } from '../../domain/registration-attempt.js';
import type { AttemptStore, RegistrationKeys } from '../ports.js';
import { codeAddressOf } from './code-address.js';

/** That an attempt is its person's, and what it costs to be told so. */
export interface Proof {
  /** Of the attempt's password; what is stored is its hash. */
  readonly preHash: PreHash;
  readonly verifiedBy: 'code' | 'event';
  /** Source prefix of who typed the code; null for an event. */
  readonly source: string | null;
  /** The first thing in the unit of work that lets him in. */
  first?(): Promise<void>;
  /** The last thing in it. */
  last?(): Promise<void>;
}

/** Lets a proven attempt in. The one place where a person enters the database. */
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

  /** The customer, or null when the identifier went to somebody else while this attempt waited. */
  async activate(attempt: AttemptState, proof: Proof): Promise<CustomerView | null> {
    const credential = await this.credentials.hash(proof.preHash, hashTicketOf(proof));
    const customer = await this.work.run(() => this.#runInTransaction(attempt, credential, proof)).catch(nullWhenTaken);
    await this.#cleanUp(attempt, customer !== null);
    return customer;
  }

  /** The customer that this attempt became, if it did, and if its password is still the customer's. */
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
    // Committed before, but the answer or the tidying was lost: known by the attempt, never by an id that collides.
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

  /** What is committed is true whether or not the code store can be tidied: dead attempts are known by the database. */
  async #cleanUp(attempt: AttemptState, admitted: boolean): Promise<void> {
    const tidied = admitted
      ? this.attempts.convertToReceipt(attempt, attempt.attemptId)
      : this.attempts.remove(attempt);
    // The receipt first: who finds no code any more finds it.
    await tidied.catch(() => undefined);
    await this.codes.consume(codeAddressOf(attempt)).catch(() => undefined);
  }
}

function nullWhenTaken(error: unknown): null {
  if (error instanceof IdentifierTaken) return null;
  throw error;
}

/** A person who has typed a right code goes first. Nobody waits for an event, and it is received again if it fails. */
const hashTicketOf = ({ verifiedBy, source }: Proof): HashTicket =>
  verifiedBy === 'code' ? { priority: 'activation', source, customerId: null } : BACKGROUND_HASH;
