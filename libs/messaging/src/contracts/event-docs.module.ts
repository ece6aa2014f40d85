import { type DynamicModule, Module } from '@nestjs/common';
import type { ConsumedEvent, EventClass } from '#kernel';
import { EventCatalog } from './event-catalog.js';
import { EventDocsController } from './event-docs.controller.js';

/** The documents about events: `/docs/asyncapi.json`, `/docs/events`. */
@Module({})
export class EventDocsModule {
  static forEvents(events: readonly EventClass[], consumedEvents: readonly ConsumedEvent[]): DynamicModule {
    const contracts = events.map(({ contract }) => contract);
    return {
      module: EventDocsModule,
      controllers: [EventDocsController],
      providers: [{ provide: EventCatalog, useValue: { contracts, heard: consumedEvents } }],
    };
  }
}
