import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';

export class LogInDto {
  /** E-mail address or phone number; national numbers are read in the default market. */
  @ApiProperty({ example: 'ada@example.org' })
  @IsString()
  @MinLength(1)
  @MaxLength(254)
  readonly username!: string;

  @ApiProperty({ example: 'correct horse battery staple' })
  @IsString()
  @MinLength(1)
  @MaxLength(512)
  readonly password!: string;
}

/** RFC 6749, 5.1. */
export class TokenDto {
  @ApiProperty({ description: 'A JWT, RFC 9068' })
  readonly access_token!: string;

  @ApiProperty({ example: 'Bearer' })
  readonly token_type!: 'Bearer';

  @ApiProperty({ example: 900, description: 'Seconds' })
  readonly expires_in!: number;

  @ApiProperty({ example: 'customer' })
  readonly scope!: string;
}
