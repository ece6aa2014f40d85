import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IfGiven, IfSet, IsLocale } from '#platform/http';

/** What is told of a customer by the same rules when he is made and when he is changed. */
export abstract class ProfileDto {
  @ApiProperty({ required: false, type: String, nullable: true, example: 'Ada', maxLength: 200 })
  @IfSet()
  @IsString()
  readonly firstName?: string | null;

  @ApiProperty({ required: false, type: String, nullable: true, example: 'Lovelace', maxLength: 200 })
  @IfSet()
  @IsString()
  readonly lastName?: string | null;

  /** A CPF, bare or punctuated. A claim until staff confirm it; another number is a claim again. */
  @ApiProperty({ required: false, type: String, nullable: true, example: '529.982.247-25' })
  @IfSet()
  @IsString()
  readonly document?: string | null;

  /** BCP 47. */
  @ApiProperty({ required: false, example: 'en' })
  @IfGiven()
  @IsLocale()
  readonly locale?: string;
}
