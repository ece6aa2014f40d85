import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { type Fault, InvalidInput } from '#kernel';

class StrictValidationPipe extends ValidationPipe {
  /** Names that every object has would be dropped in silence. In a body they are refused before. */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'query' && isClassOfFields(metadata.metatype)) {
      const reserved = Object.keys(value ?? {}).find((name) => name in Object.prototype);
      if (reserved) throw InvalidInput.at(`/${reserved}`, 'unknown_field', 'is not a field of this request');
    }
    return super.transform(value, metadata);
  }
}

const UNVALIDATED_TYPES: readonly unknown[] = [undefined, String, Boolean, Number, Object, Array];
const isClassOfFields = (type: unknown): boolean => !UNVALIDATED_TYPES.includes(type);

/** Unknown fields are refused, nothing is coerced, every fault is told with its JSON pointer (RFC 6901). */
export const createValidationPipe = (): ValidationPipe =>
  new StrictValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new InvalidInput(errors.flatMap((error) => toFaults(error, ''))),
  });

function toFaults(error: ValidationError, parent: string): Fault[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`;
  const own = firstOf(error.constraints ?? {}).map(([rule, detail]) => ({
    pointer,
    code: codeOf(rule),
    detail: detailOf(rule, detail),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => toFaults(child, pointer))];
}

const TYPES: readonly string[] = ['isString', 'isArray', 'isObject'];

/** One fault of a value is enough: what it is not, before what else is wrong with it. */
function firstOf(constraints: Readonly<Record<string, string>>): [string, string][] {
  const broken = Object.entries(constraints);
  return [broken.find(([rule]) => TYPES.includes(rule)) ?? broken[0]].filter((one) => one !== undefined);
}

/** `isString` → `is_string`; an unknown field has the code `unknown_field`. */
const codeOf = (rule: string): string =>
  rule === 'whitelistValidation' ? 'unknown_field' : rule.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const detailOf = (rule: string, detail: string): string =>
  rule === 'whitelistValidation' ? 'is not a field of this request' : detail;
