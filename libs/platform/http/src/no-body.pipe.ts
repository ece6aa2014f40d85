import type { PipeTransform } from '@nestjs/common';
import { InvalidInput } from '#kernel';

/** For a route without a body: an empty body is accepted, and unknown fields are rejected as everywhere. */
export class NoBodyPipe implements PipeTransform {
  transform(body: unknown): undefined {
    const faults = Object.keys(body ?? {}).map((field) => ({
      pointer: `/${field.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`,
      code: 'unknown_field',
      detail: 'is not a field of this request',
    }));
    if (faults.length > 0) throw new InvalidInput(faults);
  }
}
