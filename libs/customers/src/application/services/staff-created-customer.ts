import { Cpf, Email, type Identifier, InvalidInput, PhoneNumber, parsePersonName } from '#kernel';
import type { NewCustomer } from '../../domain/customer.js';

/** What staff typed of somebody, as the outside delivers it. */
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
 * The same, found acceptable and in canonical form.
 * @throws InvalidInput
 */
export function parseStaffCreatedCustomer(
  typed: StaffCreatedCustomerInput,
  defaultMarket: string,
): StaffCreatedCustomer {
  const market = typed.market ?? defaultMarket;
  const found: Identifier[] = [];
  if (isGiven(typed.email)) found.push(Email.parse(typed.email));
  if (isGiven(typed.phone)) found.push(PhoneNumber.parse(typed.phone, market));
  const [identifier, also] = found;
  if (!identifier) throw InvalidInput.at('', 'identifier.at_least_one', 'must have an email, a phone, or both');
  return {
    identifier,
    ...(also && { also }),
    firstName: isGiven(typed.firstName) ? parsePersonName('/firstName', typed.firstName) : null,
    lastName: isGiven(typed.lastName) ? parsePersonName('/lastName', typed.lastName) : null,
    document: isGiven(typed.document) ? Cpf.parse(typed.document).canonical : null,
    market,
    locale: typed.locale ?? 'en',
    attributes: typed.attributes ?? {},
  };
}

const isGiven = (typed: string | null | undefined): typed is string => typed !== undefined && typed !== null;
