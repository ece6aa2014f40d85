import type { Credentials } from '#auth';
import type { IdentifierHasher, Ids } from '#kernel';
import type { AttemptDraft } from '../../domain/registration-attempt.js';
import type { AttemptSecrets } from '../ports.js';
import type { RegistrationId } from './registration-ids.js';
import type { ValidatedRegistration } from './validate-registration.js';

/** Creates attempt drafts. The draft contains the password only as a tag and a seal. No expensive hash is computed before proof. */
export class AttemptFactory {
  constructor(
    private readonly credentials: Credentials,
    private readonly secrets: AttemptSecrets,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
  ) {}

  createDraft(
    { identifier, password, profile }: ValidatedRegistration,
    id: RegistrationId,
    source: string,
  ): AttemptDraft {
    const identifierHash = this.identifiers.hash(identifier);
    const attemptId = this.ids.next();
    const [preHash] = this.credentials.preHashes(password);
    return {
      identifierHash,
      tag: this.secrets.computeTags(identifierHash, preHash)[0],
      attemptId,
      customerId: id.customerId,
      provisional: id.provisional,
      recipient: identifier.canonical,
      profile,
      sealedPreHash: this.secrets.seal(preHash, attemptId),
      reference: this.secrets.createReference(),
      decoy: id.taken,
      source,
    };
  }
}
