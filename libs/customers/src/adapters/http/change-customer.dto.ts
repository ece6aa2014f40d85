import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMinSize, ArrayUnique, IsArray, IsIn, IsObject } from 'class-validator';
import { IfNotNull, IfPresent, IsMarket } from '#platform/http';
import { ProfileDto } from './profile.dto.js';

/** A JSON merge patch (RFC 7396) of the caller's own record. */
export class ChangeMeDto extends ProfileDto {
  @ApiProperty({ required: false, example: 'US', description: 'ISO 3166-1 alpha-2' })
  @IfPresent()
  @IsMarket()
  readonly market?: string;

  /** At most 4 KiB as JSON. Null removes all attributes. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { newsletter: true } })
  @IfNotNull()
  @IsObject()
  readonly attributes?: Record<string, unknown> | null;
}

export class ChangeCustomerDto extends ChangeMeDto {
  @ApiProperty({ required: false, enum: ['active', 'suspended'], description: 'Administrators only' })
  @IfPresent()
  @IsIn(['active', 'suspended'])
  readonly status?: 'active' | 'suspended';
}

export class RolesDto {
  @ApiProperty({ enum: ['customer', 'staff', 'admin'], isArray: true, example: ['customer', 'staff'] })
  @IsArray()
  @IsIn(['customer', 'staff', 'admin'], { each: true })
  @ArrayMinSize(1)
  @ArrayUnique()
  readonly roles!: ('customer' | 'staff' | 'admin')[];
}

export class DeleteQuery {
  @ApiProperty({ required: false, enum: ['erase'], description: 'Deletes personal data permanently' })
  @IfPresent()
  @IsIn(['erase'])
  readonly mode?: 'erase';
}
