import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IfNotNull, IfPresent, IsLocale } from '#platform/http';

/** What is told of a customer by the same rules when he is made and when he is changed. */
export abstract class ProfileDto {
  @ApiProperty({ required: false, type: String, nullable: true, example: 'Ada', maxLength: 200 })
  @IfNotNull()
  @IsString()
  readonly firstName?: string | null;

  @ApiProperty({ required: false, type: String, nullable: true, example: 'Lovelace', maxLength: 200 })
  @IfNotNull()
  @IsString()
  readonly lastName?: string | null;

  /** A CPF, bare or punctuated. A claim until staff confirm it; another number is a claim again. */
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
