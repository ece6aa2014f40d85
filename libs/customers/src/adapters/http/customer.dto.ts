import { ApiProperty } from '@nestjs/swagger';
import type { CustomerView } from '../../application/views.js';

export class CustomerDto implements CustomerView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.org' })
  readonly email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+14155550132' })
  readonly phone!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada' })
  readonly firstName!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Lovelace' })
  readonly lastName!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '529.982.247-25',
    description: 'A CPF; masked as `***.982.247-**` except for its owner and administrators',
  })
  readonly document!: string | null;

  @ApiProperty({ example: 'US', description: 'ISO 3166-1 alpha-2' })
  readonly market!: string;

  @ApiProperty({ example: 'en', description: 'BCP 47' })
  readonly locale!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { newsletter: true } })
  readonly attributes!: Record<string, unknown>;

  @ApiProperty({ enum: ['active', 'suspended'] })
  readonly status!: CustomerView['status'];

  @ApiProperty({ enum: ['code', 'event', 'staff', 'import'] })
  readonly verifiedBy!: CustomerView['verifiedBy'];

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt!: string;

  @ApiProperty({ example: 1, description: 'Increases with every write' })
  readonly version!: number;
}
