import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IfNotNull, IfPresent, IsLocale } from '#platform/http';

/** Fields with the same rules on creation and on change. */
export abstract class ProfileDto {
  @ApiProperty({ required: false, type: String, nullable: true, example: 'Ada', maxLength: 200 })
  @IfNotNull()
  @IsString()
  readonly firstName?: string | null;

  @ApiProperty({ required: false, type: String, nullable: true, example: 'Lovelace', maxLength: 200 })
  @IfNotNull()
  @IsString()
  readonly lastName?: string | null;

  /** A CPF, bare or punctuated. It is unconfirmed until staff confirm it. Changing the number resets the confirmation. */
  @ApiProperty({ required: false, type: String, nullable: true, example: '529.982.247-25' })
  @IfNotNull()
  @IsString()
  readonly document?: string | null;

  /** BCP 47. */
  @ApiProperty({ required: false, example: 'en' })
  @IfPresent()
  @IsLocale()
  readonly locale?: string;
}
