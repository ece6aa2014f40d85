import { Injectable } from '@nestjs/common';
import { Credentials, type PreHash } from '#auth';
import { acceptPassword, type Identifier, IdentifierHasher, InvalidInput, parseIdentifier } from '#kernel';
import { Authentication, type AuthenticationRequest, addressOf, parseBasicCredentials, SourceLimits } from '#platform';
import { AttemptSecrets, AttemptStore, RegistrationRules } from '../../application/ports.js';
import type { AttemptKey } from '../../domain/registration-attempt.js';

/** @param headers of the request: scripts say that they are no form */
export const basicChallenge = (headers: Readonly<Record<string, unknown>>): string =>
  `${headers['x-requested-with'] === undefined ? 'Basic' : 'xBasic'} realm="foyer", charset="UTF-8"`;

/** Who is registering: the attempt that identifier and password pick. */
export interface Registrant {
  readonly key: AttemptKey;
  readonly preHash: PreHash;
}

export const REGISTRATION_BASIC = 'registration-basic';

/**
 * RFC 7617, strictly. Compared with attempts only: no login. A receipt has the password of the customer it became, so wrong
 * ones are limited per source. One answer for no,
 * garbled or repeated credentials, an unknown identifier and the password of no live attempt.
 */
@Injectable()
export class RegistrationBasicStrategy extends Authentication<Registrant> {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly secrets: AttemptSecrets,
    private readonly credentials: Credentials,
    private readonly identifiers: IdentifierHasher,
    private readonly limits: SourceLimits,
    private readonly rules: RegistrationRules,
  ) {
    super(REGISTRATION_BASIC);
  }

  /** @throws SourceLimited */
  async identify(request: AuthenticationRequest): Promise<Registrant | undefined> {
    const basic = parseBasicCredentials(request.raw.rawHeaders);
    const typed = basic && readable(basic.username, basic.password, this.rules.defaultMarket);
    if (!typed) return undefined;
    await this.limits.refuseExhausted('wrongPasswordsPerSource', addressOf(request));
    const identifierHash = this.identifiers.hash(typed.identifier);
    const byTag = new Map(
      this.credentials
        .preHashes(typed.password)
        .flatMap((preHash) => this.secrets.tags(identifierHash, preHash).map((tag) => [tag, preHash])),
    );
    const attempt = await this.attempts.find(identifierHash, [...byTag.keys()]);
    const preHash = byTag.get(attempt?.tag ?? '');
    if (attempt && preHash) return { key: { identifierHash, tag: attempt.tag }, preHash };
    await this.limits.count('wrongPasswordsPerSource', addressOf(request));
    return undefined;
  }

  /** Another scheme for scripts in a browser, so that it shows no dialog of its own. */
  challenge({ headers }: AuthenticationRequest): string {
    return basicChallenge(headers);
  }
}

function readable(
  username: string,
  password: string,
  market: string,
): { identifier: Identifier; password: string } | null {
  try {
    return { identifier: parseIdentifier(username, market), password: acceptPassword(password, 1) };
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}
