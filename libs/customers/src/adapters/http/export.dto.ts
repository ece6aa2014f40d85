import { ApiProperty } from '@nestjs/swagger';
import type { RecordedEntry } from '#kernel';
import type { CustomerExport } from '../../application/queries/export-customer.js';
import { CustomerDto } from './customer.dto.js';

/** Everything that is kept about oneself. */
export class ExportDto implements CustomerExport {
  @ApiProperty({ format: 'date-time' })
  readonly exportedAt!: string;

  @ApiProperty({ type: CustomerDto })
  readonly customer!: CustomerDto;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Roles, sessions, links, known sources' })
  readonly signIn!: object;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'CloudEvents that were announced and are still kept',
  })
  readonly events!: readonly object[];

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'What he did, and what was done to him. Of others it says `another`',
  })
  readonly audit!: readonly RecordedEntry[];
}
