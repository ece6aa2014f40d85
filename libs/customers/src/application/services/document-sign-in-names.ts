import type { SignInNames } from '#auth';
import { Cpf, type IdentifierHasher } from '#kernel';
import type { Customer } from '../../domain/customer.js';
import { DocumentTaken } from '../../domain/errors.js';
import type { Customers, IdentifierHashes } from '../ports.js';

/**
 * Keeps uniqueness and the sign-in name of a document in step with its confirmation, whichever change of the record affects it.
 * Runs inside the caller's unit of work.
 */
export class DocumentSignInNames {
  constructor(
    private readonly customers: Customers,
    private readonly names: SignInNames,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /**
   * Returns the document hash to write with the record.
   * @throws DocumentTaken
   */
  async resolveHashes(before: Customer, after: Customer): Promise<IdentifierHashes> {
    const [was, is] = [confirmedDocumentOf(before), confirmedDocumentOf(after)];
    if (was?.canonical === is?.canonical) return {};
    if (is === null) return { document: null };
    // Checks the hash under every key, because the unique index cannot compare hashes of different keys.
    const { holder } = await this.customers.lookUpHolders('document', this.identifiers.candidates(is), null);
    if (holder !== null) throw new DocumentTaken();
    return { document: this.identifiers.hash(is) };
  }

  /** Call after the record was written. */
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
