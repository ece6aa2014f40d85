import { type DynamicModule, Module } from '@nestjs/common';
import type { EventClass, HeardEvent } from '#kernel';
import { AnnouncedEvents } from './announced-events.js';
import { EventDocsController } from './event-docs.controller.js';

/** The documents about events: `/docs/asyncapi.json`, `/docs/events`. */
@Module({})
export class EventDocsModule {
  static on(events: readonly EventClass[], heard: readonly HeardEvent[]): DynamicModule {
    const contracts = events.map(({ contract }) => contract);
    return {
      module: EventDocsModule,
      controllers: [EventDocsController],
      providers: [{ provide: AnnouncedEvents, useValue: { contracts, heard } }],
    };
  }
}
