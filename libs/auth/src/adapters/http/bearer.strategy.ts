import { Injectable } from '@nestjs/common';
import { type AuthenticationRequest, AuthenticationStrategy, singleHeader } from '#platform/http';
import { AccessTokens, type Caller } from '../../application/ports.js';
import { ExternalCallerResolver } from '../../application/services/external-caller-resolver.js';
import { RevocationPoller } from '../typeorm/revocation-poller.js';

const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/** RFC 6750, strictly: exactly one Authorization header, one token, nothing from the query or the body. */
@Injectable()
export class BearerStrategy extends AuthenticationStrategy<Caller> {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly externalCallers: ExternalCallerResolver,
    private readonly revocations: RevocationPoller,
  ) {
    super('bearer');
  }

  async identify({ raw }: AuthenticationRequest): Promise<Caller | undefined> {
    const token = BEARER.exec(singleHeader(raw.rawHeaders, 'authorization') ?? '')?.[1];
    if (token === undefined) return undefined;
    const claims = await this.tokens.verify(token);
    if (!claims) return this.externalCallers.identify(token);
    return (await this.revocations.isRevoked(claims)) ? undefined : claims;
  }

  challenge({ headers }: AuthenticationRequest): string {
    return `Bearer realm="foyer"${headers['authorization'] === undefined ? '' : ', error="invalid_token"'}`;
  }
}
