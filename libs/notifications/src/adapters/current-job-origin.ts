import { currentContext } from '#platform/observability';
import type { JobOrigin } from '../application/ports.js';

/** The request that is being served at this moment. */
export function currentJobOrigin(): { readonly origin?: JobOrigin } {
  const context = currentContext();
  if (!context) return {};
  const { correlationId, traceparent } = context;
  return { origin: traceparent === undefined ? { correlationId } : { correlationId, traceparent } };
}
