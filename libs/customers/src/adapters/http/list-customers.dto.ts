import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { Cpf, Email, PhoneNumber } from '#kernel';
import { IfPresent, IsTimestamp } from '#platform/http';
import { PageQuery } from '#platform/paging';
import type { CustomerFilter, ListedCustomer } from '../../application/views.js';
import { CustomerDto } from './customer.dto.js';

/** Filters of the customer list. All of them must match. */
export class ListCustomersQuery extends PageQuery {
  @ApiProperty({ required: false, example: 'ada@example.org' })
  @IfPresent()
  @IsString()
  readonly email?: string;

  @ApiProperty({
    required: false,
    example: '+14155550132',
    description: 'A national number is read in `DEFAULT_MARKET`',
  })
  @IfPresent()
  @IsString()
  readonly phone?: string;

  @ApiProperty({ required: false, example: '529.982.247-25', description: 'A CPF; finds confirmed ones only' })
  @IfPresent()
  @IsString()
  readonly document?: string;

  @ApiProperty({
    required: false,
    enum: ['active', 'suspended', 'deleted'],
    description: '`deleted`: administrators only',
  })
  @IfPresent()
  @IsIn(['active', 'suspended', 'deleted'])
  readonly status?: 'active' | 'suspended' | 'deleted';

  @ApiProperty({ required: false, format: 'date-time', description: 'Later than this moment (RFC 3339)' })
  @IfPresent()
  @IsTimestamp()
  readonly createdAfter?: string;

  @ApiProperty({
    required: false,
    minLength: 1,
    maxLength: 254,
    description: 'Prefix of the e-mail address, the phone number or the last name, case-insensitive',
  })
  @IfPresent()
  @IsString()
  @Length(1, 254)
  @Matches(/^(?=.*\S)[^\p{Cc}\p{Cs}]*$/u, { message: 'must be readable text' })
  readonly q?: string;
}

export class ListedCustomerDto extends OmitType(CustomerDto, ['status']) implements ListedCustomer {
  @ApiProperty({ enum: ['active', 'suspended', 'deleted'] })
  readonly status!: ListedCustomer['status'];
}

/** @throws InvalidInput for an invalid e-mail address, phone number or document */
export function toCustomerFilter(
  query: ListCustomersQuery,
  defaultMarket: string,
  hashesOf: (document: Cpf) => readonly string[],
): CustomerFilter {
  const { email, phone, document, status = null, createdAfter, q: prefix = null } = query;
  return {
    email: email === undefined ? null : Email.parse(email).canonical,
    // An unencoded plus sign in a query string is decoded as a space.
    phone: phone === undefined ? null : PhoneNumber.parse(phone.replace(/^ (?=\d)/, '+'), defaultMarket).canonical,
    documentHashes: document === undefined ? null : hashesOf(Cpf.parse(document)),
    status,
    createdAfter: createdAfter === undefined ? null : new Date(createdAfter),
    prefix,
  };
}
