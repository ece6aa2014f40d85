import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { JWKS_CACHE_SECONDS, Secrets, Settings } from '#platform/config';
import { Public } from '#platform/http';
import { toPublicJwks } from '../jose/published-keys.js';
import { AuthorizationServerDto, PublicKeysDto } from './jwks.dto.js';

const CACHE_CONTROL = `public, max-age=${JWKS_CACHE_SECONDS}`;

/** Public keys and metadata for verifying access tokens of this service. */
@ApiTags('authentication')
@Public()
@Controller('.well-known')
export class JwksController {
  readonly #keys: PublicKeysDto;
  readonly #server: AuthorizationServerDto;

  constructor({ jwtKeys }: Secrets, { publicUrl }: Settings) {
    this.#keys = { keys: toPublicJwks(jwtKeys) };
    this.#server = {
      issuer: publicUrl,
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [],
      service_documentation: `${publicUrl}/docs`,
    };
  }

  /** The public keys of access tokens as a JWK set: current, next and previous signing keys. */
  @Get('jwks.json')
  @Header('cache-control', CACHE_CONTROL)
  @ApiOkResponse({ type: PublicKeysDto })
  keys(): PublicKeysDto {
    return this.#keys;
  }

  /** The issuer of access tokens and the URL of its keys. */
  @Get('oauth-authorization-server')
  @Header('cache-control', CACHE_CONTROL)
  @ApiOkResponse({ type: AuthorizationServerDto })
  server(): AuthorizationServerDto {
    return this.#server;
  }
}
