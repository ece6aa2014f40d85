import { ApiProperty } from '@nestjs/swagger';
import type { Channel } from '../../application/ports.js';

/** A message that went to the dev mailbox instead of to a person. */
export class DevMessage {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ enum: ['email', 'sms'] })
  readonly channel!: Channel;

  /** A canonical e-mail address or an E.164 phone number. */
  @ApiProperty({ example: 'mia@example.org' })
  readonly to!: string;

  /** Empty for SMS. */
  @ApiProperty({ example: '0420 is your code' })
  readonly subject!: string;

  @ApiProperty({ example: '0420\n\nYour code' })
  readonly text!: string;

  /** Null for SMS. */
  @ApiProperty({ type: String, nullable: true, example: '<p>0420</p>' })
  readonly html!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt!: string;
}

export class DevMessages {
  /** Newest first. */
  @ApiProperty({ type: [DevMessage] })
  readonly items!: readonly DevMessage[];
}
