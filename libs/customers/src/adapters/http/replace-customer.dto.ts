import { ApiProperty } from '@nestjs/swagger';
import { Allow, IsIn, IsObject, IsString, ValidateIf } from 'class-validator';
import { IsLocale, IsMarket } from '#platform/http';
import type { CustomerView } from '../../application/views.js';

/** The field is required. Null removes the value. */
const OrNull = () => ValidateIf((_: object, value: unknown) => value !== null);
const TEXT = { message: 'must be a string or null' };
const READ_ONLY = { required: false, description: 'Read-only: the current value, or absent' } as const;

/** All writable fields of a customer. Read-only fields are accepted when they are unchanged. */
export class ReplaceCustomerDto {
  @ApiProperty({ type: String, nullable: true, example: 'Ada', maxLength: 200 })
  @OrNull()
  @IsString(TEXT)
  readonly firstName!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Lovelace', maxLength: 200 })
  @OrNull()
  @IsString(TEXT)
  readonly lastName!: string | null;

  /** A CPF, bare or punctuated. Changing the number resets the confirmation. */
  @ApiProperty({ type: String, nullable: true, example: '529.982.247-25' })
  @OrNull()
  @IsString(TEXT)
  readonly document!: string | null;

  @ApiProperty({ example: 'US', description: 'ISO 3166-1 alpha-2' })
  @IsMarket()
  readonly market!: string;

  @ApiProperty({ example: 'en', description: 'BCP 47' })
  @IsLocale()
  readonly locale!: string;

  /** At most 4 KiB as JSON. Replaces all attributes. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { newsletter: true } })
  @IsObject()
  readonly attributes!: Record<string, unknown>;

  @ApiProperty({ enum: ['active', 'suspended'] })
  @IsIn(['active', 'suspended'])
  readonly status!: CustomerView['status'];

  @ApiProperty({ ...READ_ONLY, format: 'uuid' })
  @Allow()
  readonly id?: string;

  @ApiProperty({ ...READ_ONLY, type: String, nullable: true })
  @Allow()
  readonly email?: string | null;

  @ApiProperty({ ...READ_ONLY, type: String, nullable: true })
  @Allow()
  readonly phone?: string | null;

  @ApiProperty({ ...READ_ONLY, enum: ['code', 'event', 'staff', 'import'] })
  @Allow()
  readonly verifiedBy?: CustomerView['verifiedBy'];

  @ApiProperty({ ...READ_ONLY, format: 'date-time' })
  @Allow()
  readonly createdAt?: string;

  @ApiProperty({ ...READ_ONLY, format: 'date-time' })
  @Allow()
  readonly updatedAt?: string;

  @ApiProperty(READ_ONLY)
  @Allow()
  readonly version?: number;
}
