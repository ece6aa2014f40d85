import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { type Fault, InvalidInput } from '#kernel';

class StrictValidationPipe extends ValidationPipe {
  /** The validator would silently drop reserved names that every object has. In a body they are rejected earlier. */
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

/** Rejects unknown fields, coerces nothing, and reports every fault with its JSON pointer (RFC 6901). */
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

/** Reports one fault for each value: a wrong type before any other fault. */
function firstOf(constraints: Readonly<Record<string, string>>): [string, string][] {
  const broken = Object.entries(constraints);
  return [broken.find(([rule]) => TYPES.includes(rule)) ?? broken[0]].filter((fault) => fault !== undefined);
}

/** `isString` → `is_string`; an unknown field has the code `unknown_field`. */
const codeOf = (rule: string): string =>
  rule === 'whitelistValidation' ? 'unknown_field' : rule.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const detailOf = (rule: string, detail: string): string =>
  rule === 'whitelistValidation' ? 'is not a field of this request' : detail;
