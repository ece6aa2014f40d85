import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IfPresent } from '#platform/http';

/** Requires exactly one of email and phone. */
export class AskForIdentifierDto {
  /** At most 254 bytes. The canonical form is stored and used for messages. */
  @ApiProperty({ required: false, example: 'ada@example.net' })
  @IfPresent()
  @IsString()
  @MaxLength(320)
  readonly email?: string;

  /** In international format, or in the national format of the customer's market. */
  @ApiProperty({ required: false, example: '+1 415 555 0132' })
  @IfPresent()
  @IsString()
  @MaxLength(64)
  readonly phone?: string;

  @ApiProperty({ example: 'correct horse battery staple' })
  @IsString()
  @MinLength(1)
  @MaxLength(512)
  readonly currentPassword!: string;
}

/** The values are settings. They do not reveal remaining quotas. */
export class IdentifierAskedDto {
  @ApiProperty({ enum: ['email', 'sms'] })
  readonly channel!: 'email' | 'sms';

  @ApiProperty({ example: 'a•••@e•••.net' })
  readonly destination!: string;

  @ApiProperty({ example: 8 })
  readonly codeLength!: number;

  /** Seconds from the moment the message is accepted. */
  @ApiProperty({ example: 600 })
  readonly codeExpiresIn!: number;
}

export class ConfirmIdentifierDto {
  /** Eight ASCII digits as a string. Leading zeros are significant. */
  @ApiProperty({ example: '04200420', pattern: '^[0-9]{8}$' })
  @IsString()
  @Matches(/^[0-9]{8}$/, { message: 'must be the 8 digits of the message, as a string' })
  readonly code!: string;
}
