import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IfPresent } from '#platform/http';

export class ForgotDto {
  /** E-mail address or phone number; national numbers are parsed for the default market. */
  @ApiProperty({ example: 'ada@example.org' })
  @IsString()
  @MinLength(1)
  @MaxLength(254)
  readonly username!: string;
}

export class ResetDto extends ForgotDto {
  /** Eight ASCII digits, as a string: leading zeros count. */
  @ApiProperty({ example: '04200420', pattern: '^[0-9]{8}$' })
  @IsString()
  @Matches(/^[0-9]{8}$/, { message: 'must be the 8 digits of the message, as a string' })
  readonly code!: string;

  /** 8 to 128 characters (15 with the `nist` profile), at most 512 bytes; any characters; common passwords are rejected. */
  @ApiProperty({ example: 'another horse, another staple' })
  @IsString()
  readonly newPassword!: string;
}

export class ChangePasswordDto {
  @ApiProperty({ example: 'correct horse battery staple' })
  @IsString()
  @MinLength(1)
  @MaxLength(512)
  readonly currentPassword!: string;

  @ApiProperty({ example: 'another horse, another staple' })
  @IsString()
  readonly newPassword!: string;

  /** Also removes every link to an external identity. Otherwise tokens of external servers stay valid. */
  @ApiProperty({ required: false, default: false })
  @IfPresent()
  @IsBoolean()
  readonly endLinks?: boolean;
}
