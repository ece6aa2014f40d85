import { authEvents } from '#auth/module';
import { customersEvents } from '#customers/module';
import type { ConsumedEvent, EventClass } from '#kernel';
import { registrationConsumedEvents, registrationEvents } from '#registration/module';

/** Everything that is announced to the rest of the business. */
export const PUBLISHED_EVENTS: readonly EventClass[] = [...registrationEvents, ...customersEvents, ...authEvents];

/** What others may tell us. */
export const CONSUMED_EVENTS: readonly ConsumedEvent[] = registrationConsumedEvents;
