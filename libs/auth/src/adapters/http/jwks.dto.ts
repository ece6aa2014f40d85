import { ApiProperty } from '@nestjs/swagger';

export class PublicKeyDto {
  @ApiProperty({ example: 'OKP' })
  readonly kty!: string;

  @ApiProperty({ example: 'Ed25519' })
  readonly crv!: string;

  @ApiProperty({ example: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' })
  readonly x!: string;

  @ApiProperty({ required: false, description: 'Of ES256 keys' })
  readonly y?: string;

  @ApiProperty({ example: '3f0c8c5e-2b43-4c5a-9d0e-6f4c2b0a7d11' })
  readonly kid!: string;

  @ApiProperty({ example: 'EdDSA' })
  readonly alg!: string;

  @ApiProperty({ example: 'sig' })
  readonly use!: 'sig';
}

/** RFC 7517. */
export class PublicKeysDto {
  @ApiProperty({ type: [PublicKeyDto] })
  readonly keys!: readonly PublicKeyDto[];
}

/** RFC 8414, with the members that apply. */
export class AuthorizationServerDto {
  @ApiProperty({ example: 'http://127.0.0.1:3000' })
  readonly issuer!: string;

  @ApiProperty({ example: 'http://127.0.0.1:3000/.well-known/jwks.json' })
  readonly jwks_uri!: string;

  @ApiProperty({ type: [String], example: [], description: 'None: there is no authorization endpoint' })
  readonly response_types_supported!: readonly string[];

  @ApiProperty({ type: [String], example: [], description: 'None: login is no OAuth grant' })
  readonly grant_types_supported!: readonly string[];

  @ApiProperty({ example: 'http://127.0.0.1:3000/docs' })
  readonly service_documentation!: string;
}
