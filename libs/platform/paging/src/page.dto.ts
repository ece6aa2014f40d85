import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { IfPresent } from '#platform/http';

/** Query parameters of every list. Values are unparsed text. */
export class PageQuery {
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @IfPresent()
  @Matches(/^([1-9][0-9]?|100)$/, { message: 'must be a whole number from 1 to 100' })
  readonly limit?: string;

  @ApiProperty({
    required: false,
    maxLength: 200,
    description: '`nextCursor` of the page before, for the same filters',
  })
  @IfPresent()
  @IsString()
  @MaxLength(200)
  readonly cursor?: string;

  @ApiProperty({ required: false, enum: ['exact'], description: 'Counts everything that fits: `total`' })
  @IfPresent()
  @IsIn(['exact'])
  readonly count?: 'exact';
}

/** What every page contains besides its items. `Link: <…>; rel="next"` also leads to the next one. */
export class PageDto {
  @ApiProperty({ type: String, nullable: true, description: 'Null on the last page' })
  readonly nextCursor!: string | null;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'With `?count=exact` only' })
  readonly total?: number;
}

/** One page of a list. */
export type PageOf<Item> = PageDto & { readonly items: readonly Item[] };

/** Documents a route that returns pages of these items. */
export const ApiPage = (item: Type) =>
  applyDecorators(
    ApiExtraModels(PageDto, item),
    ApiOkResponse({
      description: 'A page',
      headers: { Link: { description: 'The next page (RFC 8288), if there is one', schema: { type: 'string' } } },
      schema: {
        allOf: [
          { $ref: getSchemaPath(PageDto) },
          {
            type: 'object',
            required: ['items'],
            properties: { items: { type: 'array', items: { $ref: getSchemaPath(item) }, maxItems: 100 } },
          },
        ],
      },
    }),
  );
