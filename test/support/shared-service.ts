import { inject } from 'vitest';
import type { Unavailable } from './find-service.js';
import type { ServiceKind } from './service-probe.js';
import type { ServiceLookup } from './service-registry.js';

export type AvailableService = Exclude<ServiceLookup, Unavailable>;

const lookups = new Map<ServiceKind, Promise<ServiceLookup>>();

/**
 * The service of this run, started now if nobody needed it before (RabbitMQ takes up to 8 s: ask in a hook).
 * @throws Error with one line that says how to get it, so a suite that needs a missing service fails.
 */
export async function requireService(kind: ServiceKind): Promise<AvailableService> {
  const answer = lookups.get(kind) ?? lookUpService(kind);
  lookups.set(kind, answer);
  const found = await answer;
  if (found.how === 'none') throw new Error(found.why);
  return found;
}

async function lookUpService(kind: ServiceKind): Promise<ServiceLookup> {
  const response = await fetch(`${inject('serviceRegistryUrl')}/${kind}`);
  return (await response.json()) as ServiceLookup;
}
