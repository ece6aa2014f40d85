import type { SignInNames } from '#auth';
import { Cpf, type IdentifierHasher } from '#kernel';
import type { Customer } from '../../domain/customer.js';
import { DocumentTaken } from '../../domain/errors.js';
import type { Customers, IdentifierHashes } from '../ports.js';

/**
 * A confirmed document is its customer's alone, and a name to sign in with: both begin and end with the confirmation, whichever
 * change of the record it is that ends it. Inside the caller's unit of work.
 */
export class DocumentSignInNames {
  constructor(
    private readonly customers: Customers,
    private readonly names: SignInNames,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /**
   * What is to be written with the record.
   * @throws DocumentTaken
   */
  async resolveHashes(before: Customer, after: Customer): Promise<IdentifierHashes> {
    const [was, is] = [confirmedDocumentOf(before), confirmedDocumentOf(after)];
    if (was?.canonical === is?.canonical) return {};
    if (is === null) return { document: null };
    // Under every key of the ring: the index knows them apart.
    const { holder } = await this.customers.lookUpHolders('document', this.identifiers.candidates(is), null);
    if (holder !== null) throw new DocumentTaken();
    return { document: this.identifiers.hash(is) };
  }

  /** Once the record is written. */
  async syncSignInNames(before: Customer, after: Customer): Promise<void> {
    const [was, is] = [confirmedDocumentOf(before), confirmedDocumentOf(after)];
    if (was?.canonical === is?.canonical) return;
    const { id } = after.snapshot();
    if (was) await this.names.remove(id, this.identifiers.candidates(was));
    if (is) await this.names.add(id, this.identifiers.hash(is));
  }
}

function confirmedDocumentOf(customer: Customer): Cpf | null {
  const { document } = customer.snapshot();
  return document?.confirmed ? Cpf.parse(document.number) : null;
}
