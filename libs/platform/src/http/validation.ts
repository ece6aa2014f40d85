import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { type Fault, InvalidInput } from '#kernel';

/** Unknown fields are refused, nothing is coerced, every fault is told with its JSON pointer (RFC 6901). */
export const strictValidation = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new InvalidInput(errors.flatMap((error) => faults(error, ''))),
  });

function faults(error: ValidationError, parent: string): Fault[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, detail]) => ({
    pointer,
    code: codeOf(rule),
    detail: detailOf(rule, detail),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faults(child, pointer))];
}

/** `isString` → `is_string`; an unknown field has the code `unknown_field`. */
const codeOf = (rule: string): string =>
  rule === 'whitelistValidation' ? 'unknown_field' : rule.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const detailOf = (rule: string, detail: string): string =>
  rule === 'whitelistValidation' ? 'is not a field of this request' : detail;
