import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IfPresent } from '#platform/http';

export class ConfirmDocumentDto {
  /** What stands on the card: 409 when the customer has given another one. Without it whatever he has given is confirmed. */
  @ApiProperty({ required: false, example: '529.982.247-25' })
  @IfPresent()
  @IsString()
  readonly document?: string;
}
