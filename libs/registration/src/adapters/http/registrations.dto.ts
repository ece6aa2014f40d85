import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches, MaxLength } from 'class-validator';
import type { CustomerView } from '#customers';
import { IfPresent, IsLocale, IsMarket } from '#platform/http';
import type { MyRegistration } from '../../application/views.js';
import type { RegistrationTicket } from '../../facade.js';

/** With `tokens=true` the response includes a first pair of tokens, as a sign-in does. */
export class ActivateQuery {
  @ApiProperty({ required: false, enum: ['true', 'false'], default: 'false' })
  @IfPresent()
  @IsIn(['true', 'false'])
  readonly tokens?: 'true' | 'false';
}

export type ActivatedCustomer = CustomerView & { readonly tokens?: object };

/** Exactly one of email and phone. */
export class RegisterDto {
  /** At most 254 bytes; stored and contacted in its canonical form. */
  @ApiProperty({ required: false, example: 'ada@example.org' })
  @IfPresent()
  @IsString()
  @MaxLength(320)
  readonly email?: string;

  /** International, or national in the market. */
  @ApiProperty({ required: false, example: '+1 415 555 0132' })
  @IfPresent()
  @IsString()
  @MaxLength(64)
  readonly phone?: string;

  /** 8 to 128 characters (15 with the `nist` profile), at most 512 bytes; any characters. */
  @ApiProperty({ example: 'correct horse battery staple' })
  @IsString()
  readonly password!: string;

  @ApiProperty({ required: false, example: 'Ada', minLength: 1, maxLength: 200 })
  @IfPresent()
  @IsString()
  readonly firstName?: string;

  @ApiProperty({ required: false, example: 'Lovelace', minLength: 1, maxLength: 200 })
  @IfPresent()
  @IsString()
  readonly lastName?: string;

  /** ISO 3166-1 alpha-2; the default market if absent. */
  @ApiProperty({ required: false, example: 'US' })
  @IfPresent()
  @IsMarket()
  readonly market?: string;

  /** BCP 47. */
  @ApiProperty({ required: false, example: 'en' })
  @IfPresent()
  @IsLocale()
  readonly locale?: string;
}

export class ActivateDto {
  /** The digits of the message, as a string. Leading zeros are significant. */
  @ApiProperty({ example: '0420' })
  @IsString()
  @Length(4, 8)
  @Matches(/^[0-9]{4}$|^[0-9]{8}$/, { message: 'must be the 4 or 8 digits of the message, as a string' })
  readonly code!: string;
}

/** The values are the configured settings, never a remaining budget. */
export class RegistrationTicketDto implements RegistrationTicket {
  /** Id of the registration, the same for every attempt of an identifier. The activation returns the customer's id. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly attemptId!: string;

  /** Also shown in the message. */
  @ApiProperty({ example: 'K7' })
  readonly reference!: string;

  @ApiProperty({ enum: ['email', 'sms'] })
  readonly channel!: 'email' | 'sms';

  @ApiProperty({ example: 'a•••@e•••.org' })
  readonly destination!: string;

  @ApiProperty({ example: 4 })
  readonly codeLength!: number;

  /** Seconds from the acceptance of the message. */
  @ApiProperty({ example: 60 })
  readonly codeExpiresIn!: number;

  /** Seconds. */
  @ApiProperty({ example: 60 })
  readonly resendAfter!: number;

  /** Lifetime of the attempt in seconds. */
  @ApiProperty({ example: 1800 })
  readonly expiresIn!: number;
}

export class MyRegistrationDto implements MyRegistration {
  /** Id of the registration, as returned by register; never the customer's id. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly attemptId!: string;

  @ApiProperty({ enum: ['pending', 'active'] })
  readonly state!: 'pending' | 'active';

  @ApiProperty({ enum: ['email', 'sms'] })
  readonly channel!: 'email' | 'sms';

  @ApiProperty({ example: 4 })
  readonly codeLength!: number;

  /** Null when no code is live. */
  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  readonly codeExpiresAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly resendAt!: string;

  @ApiProperty({ example: 3 })
  readonly attemptsRemaining!: number;
}
