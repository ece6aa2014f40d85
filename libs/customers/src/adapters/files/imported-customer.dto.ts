import { IsIn, IsString, Length, Matches, MaxLength } from 'class-validator';
import { IfNotNull, IfPresent, IsTimestamp } from '#platform/http';
import { CreateCustomerDto } from '../http/create-customer.dto.js';

/** A line of an import: the fields of `POST /v1/customers` and those that only another system can supply. */
export class ImportedCustomerDto extends CreateCustomerDto {
  @IfPresent()
  @Matches(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, {
    message: 'must be a UUID of version 4 in small letters: others tell strangers since when somebody is a customer',
  })
  readonly id?: string;

  @IfPresent()
  @IsString()
  @Length(1, 200)
  readonly externalId?: string;

  @IfPresent()
  @IsIn(['active', 'suspended'])
  readonly status?: 'active' | 'suspended';

  @IfPresent()
  @IsTimestamp()
  readonly createdAt?: string;

  @IfNotNull()
  @IsString()
  @MaxLength(300)
  readonly passwordHash?: string | null;
}
