import type { Credentials } from '#auth';
import type { IdentifierHasher, Ids } from '#kernel';
import type { AttemptDraft } from '../domain/registration-attempt.js';
import type { Applicant } from './applicant.js';
import type { AttemptSecrets } from './ports.js';
import type { RegistrationId } from './registration-ids.js';

/** Writes attempts: the password leaves here only as a tag and under a seal. No expensive hash is paid before proof. */
export class AttemptDrafts {
  constructor(
    private readonly credentials: Credentials,
    private readonly secrets: AttemptSecrets,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
  ) {}

  draft({ identifier, password, profile }: Applicant, id: RegistrationId, source: string): AttemptDraft {
    const identifierHash = this.identifiers.hash(identifier);
    const attemptId = this.ids.next();
    const [preHash] = this.credentials.preHashes(password);
    return {
      identifierHash,
      tag: this.secrets.tags(identifierHash, preHash)[0],
      attemptId,
      customerId: id.customerId,
      provisional: id.provisional,
      recipient: identifier.canonical,
      profile,
      sealedPreHash: this.secrets.seal(preHash, attemptId),
      reference: this.secrets.reference(),
      decoy: id.taken,
      source,
    };
  }
}
