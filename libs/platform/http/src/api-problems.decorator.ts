import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { Fault } from '#kernel';

/** RFC 9457 problem details. */
export class ProblemDocument {
  @ApiProperty({ example: 'http://127.0.0.1:3000/problems#registration.code_expired' })
  readonly type!: string;

  @ApiProperty({ example: 'Code expired' })
  readonly title!: string;

  @ApiProperty({ example: 410 })
  readonly status!: number;

  @ApiProperty({ example: 'The code is no longer valid. Ask for a new one.' })
  readonly detail!: string;

  @ApiProperty({ example: '/v1/registrations/activate' })
  readonly instance!: string;

  @ApiProperty({ example: 'registration.code_expired', description: 'Stable; GET /problems lists every one.' })
  readonly code!: string;

  @ApiProperty({ example: '0f8fad5b-d9cb-469f-a165-70867728950e' })
  readonly traceId!: string;

  @ApiProperty({
    required: false,
    type: 'array',
    items: {
      type: 'object',
      required: ['pointer', 'code', 'detail'],
      properties: { pointer: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } },
    },
    description: 'Of 422: what is wrong, and where (RFC 6901)',
  })
  readonly errors?: readonly Fault[];
}

/** Documents the problems that a route can return: `@ApiProblems({ 410: 'No live code' })`. */
export const ApiProblems = (problems: Readonly<Record<number, string>>) =>
  applyDecorators(
    ApiExtraModels(ProblemDocument),
    ...Object.entries(problems).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDocument) } } },
      }),
    ),
  );
