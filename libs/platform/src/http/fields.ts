import { applyDecorators } from '@nestjs/common';
import { Matches, ValidateIf } from 'class-validator';

/** Null is a value, and no good one here: only what is absent is not looked at. */
export const IfGiven = () => ValidateIf((_: object, value: unknown) => value !== undefined);

/** Null takes the value away (RFC 7396). */
export const IfSet = () => ValidateIf((_: object, value: unknown) => value !== undefined && value !== null);

export const IsMarket = () =>
  applyDecorators(Matches(/^[A-Z]{2}$/, { message: 'must be a country of ISO 3166-1, two capital letters' }));

export const IsLocale = () =>
  applyDecorators(Matches(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, { message: 'must be a language tag of BCP 47' }));
