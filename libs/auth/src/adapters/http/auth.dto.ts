import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { IfPresent } from '#platform/http';
import type { SessionView } from '../../application/views.js';

const DEVICE_TOKEN = 'u5hUz2V0bq4kY8mXo3wQ9GpLd1sRf7TnCeAiJyKxWvBtEhNZ';
const REFRESH_TOKEN = 'nfK1uVx2T0yBq3Zk0d7JcA.0.mT5w2cYh8Q1rXb6uLpS9eA.Vh3kZq';

export class LogInDto {
  /** E-mail address, phone number or confirmed CPF; national numbers are parsed for the default market. */
  @ApiProperty({ example: 'ada@example.org' })
  @IsString()
  @MinLength(1)
  @MaxLength(254)
  readonly username!: string;

  @ApiProperty({ example: 'correct horse battery staple' })
  @IsString()
  @MinLength(1)
  @MaxLength(512)
  readonly password!: string;
}

export class RefreshDto {
  /** Exactly as issued. It can be used once. */
  @ApiProperty({ example: REFRESH_TOKEN })
  @IsString()
  @MinLength(1)
  @MaxLength(512)
  readonly refresh_token!: string;
}

export class ReauthenticateDto {
  @ApiProperty({ example: 'correct horse battery staple' })
  @IsString()
  @MinLength(1)
  @MaxLength(512)
  readonly password!: string;
}

export class LogOutDto {
  @ApiProperty({ required: false, enum: ['current', 'all'], default: 'current' })
  @IfPresent()
  @IsIn(['current', 'all'])
  readonly scope?: 'current' | 'all';
}

/** RFC 6749, 5.1. */
export class AccessTokenDto {
  @ApiProperty({ example: 'eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln', description: 'A JWT, RFC 9068' })
  readonly access_token!: string;

  @ApiProperty({ example: 'Bearer' })
  readonly token_type!: 'Bearer';

  @ApiProperty({ example: 900, description: 'Seconds' })
  readonly expires_in!: number;

  @ApiProperty({ example: 'customer', description: '`password`: good for setting a new password only' })
  readonly scope!: string;

  @ApiProperty({
    required: false,
    example: DEVICE_TOKEN,
    description: 'Returned after a sign-in. Store it on the device and send it as `X-Device-Token` with later sign-ins',
  })
  readonly device_token?: string;
}

/** Includes the refresh token for the next pair. */
export class TokenDto extends AccessTokenDto {
  @ApiProperty({ example: REFRESH_TOKEN, description: 'Opaque; good once, for the next pair' })
  readonly refresh_token!: string;
}

/** A session of the caller. */
export class SessionDto implements SessionView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ description: 'The one that asks' })
  readonly current!: boolean;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly usedAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly expiresAt!: string;

  @ApiProperty({ example: '203.0.113.7', description: 'Where it began: an IPv4 address or an IPv6 /64' })
  readonly source!: string;
}

export class SessionListDto {
  @ApiProperty({ type: [SessionDto] })
  readonly items!: readonly SessionDto[];
}
