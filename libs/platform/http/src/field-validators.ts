import { applyDecorators } from '@nestjs/common';
import { isISO8601, Matches, ValidateBy, ValidateIf } from 'class-validator';
import { isCountry } from '#kernel';

/** Skips validation of an absent value only: null is invalid here. */
export const IfPresent = () => ValidateIf((_: object, value: unknown) => value !== undefined);

/** Null removes the value (RFC 7396). */
export const IfNotNull = () => ValidateIf((_: object, value: unknown) => value !== undefined && value !== null);

export const IsMarket = () =>
  ValidateBy({
    name: 'isMarket',
    validator: { validate: isCountry, defaultMessage: () => 'must be a country of ISO 3166-1, two capital letters' },
  });

export const IsLocale = () =>
  applyDecorators(Matches(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, { message: 'must be a language tag of BCP 47' }));

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Limits dates to years that every database supports. */
const isTimestamp = (value: unknown): boolean => {
  if (typeof value !== 'string' || !TIMESTAMP.test(value) || !isISO8601(value, { strict: true })) return false;
  const year = new Date(value).getUTCFullYear();
  return year >= 1970 && year <= 9999;
};

/** RFC 3339, with an offset. */
export const IsTimestamp = () =>
  ValidateBy({
    name: 'isMoment',
    validator: { validate: isTimestamp, defaultMessage: () => 'must be a moment of RFC 3339' },
  });
