import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsString, MaxLength } from 'class-validator';
import { IfGiven, IfSet, IsMarket } from '#platform/http';
import { ProfileDto } from './profile.dto.js';

/** Somebody whom staff vouch for: an email, a phone, or both. */
export class CreateCustomerDto extends ProfileDto {
  /** At most 254 bytes; stored and written to in its canonical form. */
  @ApiProperty({ required: false, type: String, nullable: true, example: 'ada@example.org' })
  @IfSet()
  @IsString()
  @MaxLength(320)
  readonly email?: string | null;

  /** International, or national in the market. */
  @ApiProperty({ required: false, type: String, nullable: true, example: '+1 415 555 0132' })
  @IfSet()
  @IsString()
  @MaxLength(64)
  readonly phone?: string | null;

  /** ISO 3166-1 alpha-2; the default market if absent. */
  @ApiProperty({ required: false, example: 'US' })
  @IfGiven()
  @IsMarket()
  readonly market?: string;

  /** At most 4 KiB as JSON. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { newsletter: true } })
  @IfGiven()
  @IsObject()
  readonly attributes?: Record<string, unknown>;
}
