import { Cpf, Email, type Identifier, InvalidInput, PhoneNumber, parsePersonName } from '#kernel';
import type { NewCustomer } from '../../domain/customer.js';

/** Customer data as staff typed it, not validated yet. */
export interface StaffCreatedCustomerInput {
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly document?: string | null;
  readonly market?: string;
  readonly locale?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export type StaffCreatedCustomer = Omit<NewCustomer, 'id' | 'attemptId' | 'credential' | 'verifiedBy'>;

/**
 * Validates the input and converts it to canonical form.
 * @throws InvalidInput
 */
export function parseStaffCreatedCustomer(
  input: StaffCreatedCustomerInput,
  defaultMarket: string,
): StaffCreatedCustomer {
  const market = input.market ?? defaultMarket;
  const identifiers: Identifier[] = [];
  if (isGiven(input.email)) identifiers.push(Email.parse(input.email));
  if (isGiven(input.phone)) identifiers.push(PhoneNumber.parse(input.phone, market));
  const [identifier, also] = identifiers;
  if (!identifier) throw InvalidInput.at('', 'identifier.at_least_one', 'must have an email, a phone, or both');
  return {
    identifier,
    ...(also && { also }),
    firstName: isGiven(input.firstName) ? parsePersonName('/firstName', input.firstName) : null,
    lastName: isGiven(input.lastName) ? parsePersonName('/lastName', input.lastName) : null,
    document: isGiven(input.document) ? Cpf.parse(input.document).canonical : null,
    market,
    locale: input.locale ?? 'en',
    attributes: input.attributes ?? {},
  };
}

const isGiven = (input: string | null | undefined): input is string => input !== undefined && input !== null;
