import { ApiProperty } from '@nestjs/swagger';
import type { RecordedEntry } from '#kernel';
import { CustomerDto } from './customer.dto.js';

/** Everything that is kept about oneself, as somebody has it who has read a `CustomerExport` to its end. */
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
    description: 'CloudEvents that were announced and are still kept',
  })
  readonly events!: readonly object[];

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ at: '2026-03-01T12:00:00.000Z', action: 'customer.updated', actor: 'another', source: null }],
    description: 'What he did, and what was done to him. Of others it says `another`',
  })
  readonly audit!: readonly RecordedEntry[];
}
