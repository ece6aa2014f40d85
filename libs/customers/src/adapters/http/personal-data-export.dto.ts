import { ApiProperty } from '@nestjs/swagger';
import type { RecordedEntry } from '#kernel';
import { CustomerDto } from './customer.dto.js';

/** All data stored about a customer: a `PersonalDataExport` that was read to its end. */
export class ExportDto {
  @ApiProperty({ format: 'date-time' })
  readonly exportedAt!: string;

  @ApiProperty({ type: CustomerDto })
  readonly customer!: CustomerDto;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { roles: ['customer'], hasPassword: true, sessions: [], links: [] },
    description: 'Roles, sessions, links',
  })
  readonly signIn!: object;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ specversion: '1.0', type: 'customer.created.v1', source: '/foyer/customers' }],
    description: 'Published CloudEvents that are still stored',
  })
  readonly events!: readonly object[];

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ at: '2026-03-01T12:00:00.000Z', action: 'customer.updated', actor: 'another', source: null }],
    description: 'Actions by and on the customer. Other people appear as `another`',
  })
  readonly audit!: readonly RecordedEntry[];
}
