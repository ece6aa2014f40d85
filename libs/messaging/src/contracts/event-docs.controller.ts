import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { JsonSchema } from '#kernel';
import { Settings } from '#platform/config';
import { ApiProblems, notFound, Public } from '#platform/http';
import { buildAsyncApiDocument } from './asyncapi-document.js';
import { EventCatalog } from './event-catalog.js';
import { publishedEventSchema } from './event-schema.js';
import { EVENTS_PAGE_CSP, renderEventsPage } from './events-page.js';

const JSON_SCHEMA_RESPONSE = {
  schema: { type: 'object' },
  example: { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'customer.created.v1' },
};

@ApiTags('events')
@Public()
@Controller('docs')
export class EventDocsController {
  constructor(
    private readonly events: EventCatalog,
    private readonly settings: Settings,
  ) {}

  /** The AsyncAPI 3.0 document of the events. */
  @Get('asyncapi.json')
  @ApiOkResponse({ description: 'AsyncAPI 3.0', schema: { type: 'object', example: { asyncapi: '3.0.0' } } })
  asyncApi(): object {
    return buildAsyncApiDocument(this.events, this.settings.eventPersonalData);
  }

  /** The events as an HTML page. */
  @Get('events')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', EVENTS_PAGE_CSP)
  @ApiExcludeEndpoint()
  page(): string {
    return renderEventsPage(this.events.contracts, this.settings.eventPersonalData);
  }

  /** The JSON Schema of one event, with its envelope. */
  @Get('events/:file')
  @Header('content-type', 'application/schema+json')
  @ApiParam({ name: 'file', example: 'customer.created.v1.schema.json' })
  @ApiOkResponse({ description: 'JSON Schema', content: { 'application/schema+json': JSON_SCHEMA_RESPONSE } })
  @ApiProblems({ 404: 'There is no such event' })
  schema(@Param('file') file: string): JsonSchema {
    const contract = this.events.contracts.find(({ type }) => file === `${type}.schema.json`);
    if (!contract) throw notFound();
    return publishedEventSchema(contract, this.settings.eventPersonalData);
  }
}
