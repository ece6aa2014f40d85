import { Injectable } from '@nestjs/common';
import { type Identifier, InvalidInput, normalisePassword, parseIdentifier } from '#kernel';
import {
  type AuthenticationRequest,
  AuthenticationStrategy,
  clientAddressOf,
  parseBasicCredentials,
} from '#platform/http';
import { ClientNetworkLimits } from '#platform/rate-limits';
import { RegistrationSettings } from '../../application/ports.js';
import {
  type AttemptLookup,
  type Registrant,
  RegistrantAuthenticator,
} from '../../application/services/registrant-authenticator.js';

/** @param headers request headers; `x-requested-with` marks a script */
export const basicChallenge = (headers: Readonly<Record<string, unknown>>): string =>
  `${headers['x-requested-with'] === undefined ? 'Basic' : 'xBasic'} realm="foyer", charset="UTF-8"`;

export const REGISTRATION_BASIC = 'registration-basic';

/**
 * Strict RFC 7617. Credentials are compared with attempts only; this is not a login. A receipt has the password of its customer,
 * so wrong passwords are limited per source and counted with sign-ins. Missing, malformed or repeated credentials, an unknown
 * identifier and a password without a live attempt all get the same response.
 */
@Injectable()
export class RegistrationBasicStrategy extends AuthenticationStrategy<Registrant> {
  constructor(
    private readonly registrants: RegistrantAuthenticator,
    private readonly limits: ClientNetworkLimits,
    private readonly settings: RegistrationSettings,
  ) {
    super(REGISTRATION_BASIC);
  }

  /** @throws ClientNetworkRateLimited */
  async identify(request: AuthenticationRequest): Promise<Registrant | undefined> {
    const basic = parseBasicCredentials(request.raw.rawHeaders);
    const typed = basic && parseCredentials(basic.username, basic.password, this.settings.defaultMarket);
    if (!typed) return undefined;
    await this.limits.assertNotExhausted('wrongPasswordsPerSource', clientAddressOf(request));
    const picked = await this.registrants.lookUpAttempt(typed.identifier, typed.password);
    return this.registrants.asPending(picked) ?? this.receipt(picked, clientAddressOf(request));
  }

  /**
   * Counts a wrong password before comparing, so that a burst cannot exceed the limit. This is not a `#` method because passport
   * calls it on an object that only inherits from this one.
   */
  private async receipt(picked: AttemptLookup, address: string): Promise<Registrant | undefined> {
    const counted = await this.limits.reserve('wrongPasswordsPerSource', address);
    const source = this.limits.resolveClientNetwork(address).prefix;
    const registrant = await this.registrants.authenticateReceipt(picked, source).catch(async (error: unknown) => {
      await counted.release().catch(() => undefined);
      throw error;
    });
    if (registrant) await counted.release().catch(() => undefined);
    return registrant ?? undefined;
  }

  /** Scripts get another scheme, so that the browser shows no login dialog. */
  challenge({ headers }: AuthenticationRequest): string {
    return basicChallenge(headers);
  }
}

function parseCredentials(
  username: string,
  password: string,
  market: string,
): { identifier: Identifier; password: string } | null {
  try {
    return { identifier: parseIdentifier(username, market), password: normalisePassword(password, 1) };
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}
