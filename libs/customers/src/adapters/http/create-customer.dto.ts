import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsString, MaxLength } from 'class-validator';
import { IfNotNull, IfPresent, IsMarket } from '#platform/http';
import { ProfileDto } from './profile.dto.js';

/** Somebody whom staff vouch for: an email, a phone, or both. */
export class CreateCustomerDto extends ProfileDto {
  /** At most 254 bytes; stored and written to in its canonical form. */
  @ApiProperty({ required: false, type: String, nullable: true, example: 'ada@example.org' })
  @IfNotNull()
  @IsString()
  @MaxLength(320)
  readonly email?: string | null;

  /** International, or national in the market. */
  @ApiProperty({ required: false, type: String, nullable: true, example: '+1 415 555 0132' })
  @IfNotNull()
  @IsString()
  @MaxLength(64)
  readonly phone?: string | null;

  /** ISO 3166-1 alpha-2; the default market if absent. */
  @ApiProperty({ required: false, example: 'US' })
  @IfPresent()
  @IsMarket()
  readonly market?: string;

  /** At most 4 KiB as JSON. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { newsletter: true } })
  @IfPresent()
  @IsObject()
  readonly attributes?: Record<string, unknown>;
}
