import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#kernel';
import { createValidationPipe } from './validation.pipe.js';

class Inner {
  @IsString()
  readonly name!: string;
}

class Body {
  @IsString()
  @MaxLength(3)
  readonly code!: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => Inner)
  readonly inner?: Inner;
}

const faultsOf = async (body: unknown) => {
  try {
    await createValidationPipe().transform(body, { type: 'body', metatype: Body });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
  }
};

describe('createValidationPipe', () => {
  it('accepts valid input', async () => {
    expect(await faultsOf({ code: '042', inner: { name: 'x' } })).toEqual([]);
  });

  it('reports every fault with its pointer', async () => {
    expect(await faultsOf({ code: '0420', inner: { name: 7 }, more: 1 })).toEqual([
      '/more unknown_field',
      '/code max_length',
      '/inner/name is_string',
    ]);
  });

  it('rejects unknown fields at any depth, and escapes their names [AC-48]', async () => {
    expect(await faultsOf({ code: '1', inner: { name: 'x', 'a/b~c': 1 } })).toEqual(['/inner/a~1b~0c unknown_field']);
    const [fault = ''] = await faultsOf({ code: '1', ['x'.repeat(5_000)]: 1 });
    expect(fault.length).toBeLessThan(200);
  });

  it.each([420, ['042'], {}, null, true, undefined])(
    'coerces nothing: rejects %j as a string [AC-38, AC-44]',
    async (code) => {
      expect(await faultsOf({ code })).toEqual(['/code is_string']);
    },
  );
});
