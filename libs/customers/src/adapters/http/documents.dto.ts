import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IfPresent } from '#platform/http';

export class ConfirmDocumentDto {
  /** The number on the card. Returns 409 when the customer has given another one. Absent: no comparison is made. */
  @ApiProperty({ required: false, example: '529.982.247-25' })
  @IfPresent()
  @IsString()
  readonly document?: string;
}
