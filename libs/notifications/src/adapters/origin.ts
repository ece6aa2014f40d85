import { currentContext } from '#platform/observability';
import type { Origin } from '../application/ports.js';

/** The request that is being served at this moment. */
export function currentOrigin(): { readonly origin?: Origin } {
  const context = currentContext();
  if (!context) return {};
  const { correlationId, traceparent } = context;
  return { origin: traceparent === undefined ? { correlationId } : { correlationId, traceparent } };
}
