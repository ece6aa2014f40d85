import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import type { LinkedIdentityView } from '../../application/views.js';

export class LinkIdentityDto {
  /** An access token of the external identity server, for the identity to link. */
  @ApiProperty({ example: 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln' })
  @IsString()
  @MinLength(1)
  @MaxLength(8192)
  readonly token!: string;
}

/** An identity of an external identity server that is linked to the caller. */
export class LinkDto implements LinkedIdentityView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ example: 'https://login.example.com', description: 'The server whose identity it is' })
  readonly issuer!: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export class LinkListDto {
  @ApiProperty({ type: [LinkDto] })
  readonly items!: readonly LinkDto[];
}
