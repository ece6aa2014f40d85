import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import type { AuditFilter, RecordedEntry } from '#kernel';
import { IfPresent, IsTimestamp } from '#platform/http';
import { PageQuery } from '#platform/paging';

const IsName = () => Matches(/^[A-Za-z0-9._:-]{1,64}$/, { message: 'must be 1 to 64 of A-Z a-z 0-9 . _ : -' });

const EXAMPLE_CUSTOMER_ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

/** Filters of the audit log. All of them must match. */
export class AuditQuery extends PageQuery {
  @ApiProperty({ required: false, maxLength: 64, description: 'Customer id of who did it' })
  @IfPresent()
  @IsName()
  readonly actor?: string;

  @ApiProperty({ required: false, maxLength: 64, description: 'Customer id, or keyed hash, of whom it was done to' })
  @IfPresent()
  @IsName()
  readonly target?: string;

  @ApiProperty({ required: false, maxLength: 64, example: 'auth.login.refused' })
  @IfPresent()
  @IsName()
  readonly action?: string;

  @ApiProperty({ required: false, format: 'date-time', description: 'From this moment on (RFC 3339)' })
  @IfPresent()
  @IsTimestamp()
  readonly from?: string;

  @ApiProperty({ required: false, format: 'date-time', description: 'Before this moment (RFC 3339)' })
  @IfPresent()
  @IsTimestamp()
  readonly to?: string;
}

/** One entry of the audit log. */
export class AuditEntryDto implements RecordedEntry {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'date-time' })
  readonly at!: string;

  @ApiProperty({ example: 'auth.login.refused' })
  readonly action!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Customer id of who did it; null when nobody is known' })
  readonly actor!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: EXAMPLE_CUSTOMER_ID,
    description: 'Customer id, or keyed hash, of whom it was done to',
  })
  readonly target!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '2001:db8::/64', description: 'Source prefix it came from' })
  readonly source!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'GET /v1/customers/:id',
    description: 'The names of filters, or the route: what the action alone does not say',
  })
  readonly detail!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'till-7', description: '`X-Correlation-Id` of the request' })
  readonly correlationId!: string | null;
}

export const toAuditFilter = ({ actor, target, action, from, to }: AuditQuery): AuditFilter => ({
  ...{ actor: actor ?? null, target: target ?? null, action: action ?? null, concerned: null },
  from: from === undefined ? null : new Date(from),
  to: to === undefined ? null : new Date(to),
});
