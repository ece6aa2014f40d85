import { Injectable } from '@nestjs/common';
import { Authentication, type AuthenticationRequest, singleHeader } from '#platform';
import { AccessTokens, type TokenClaims } from '../../application/ports.js';
import { RevocationWatch } from '../typeorm/revocation-watch.js';

const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/** RFC 6750, strictly: exactly one Authorization header, one token, nothing from the query or the body. */
@Injectable()
export class BearerStrategy extends Authentication<TokenClaims> {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly revocations: RevocationWatch,
  ) {
    super('bearer');
  }

  async identify({ raw }: AuthenticationRequest): Promise<TokenClaims | undefined> {
    const token = BEARER.exec(singleHeader(raw.rawHeaders, 'authorization') ?? '')?.[1];
    const claims = token === undefined ? undefined : await this.tokens.verify(token);
    return claims && !(await this.revocations.isRevoked(claims)) ? claims : undefined;
  }

  challenge({ headers }: AuthenticationRequest): string {
    return `Bearer realm="foyer"${headers['authorization'] === undefined ? '' : ', error="invalid_token"'}`;
  }
}
