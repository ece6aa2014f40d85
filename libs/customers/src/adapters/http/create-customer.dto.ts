import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsString, MaxLength } from 'class-validator';
import { IfNotNull, IfPresent, IsMarket } from '#platform/http';
import { ProfileDto } from './profile.dto.js';

/** A customer whom staff create: an email, a phone, or both. */
export class CreateCustomerDto extends ProfileDto {
  /** At most 254 bytes. The canonical form is stored and used for messages. */
  @ApiProperty({ required: false, type: String, nullable: true, example: 'ada@example.org' })
  @IfNotNull()
  @IsString()
  @MaxLength(320)
  readonly email?: string | null;

  /** In international format, or in the national format of the market. */
  @ApiProperty({ required: false, type: String, nullable: true, example: '+1 415 555 0132' })
  @IfNotNull()
  @IsString()
  @MaxLength(64)
  readonly phone?: string | null;

  /** ISO 3166-1 alpha-2. Defaults to the default market. */
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
