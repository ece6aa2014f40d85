import { AsyncLocalStorage } from 'node:async_hooks';

/** What travels with a request into logs and events. */
export interface RequestContext {
  readonly correlationId: string;
  /** W3C trace context, if the caller sent one. */
  readonly traceparent?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const currentContext = (): RequestContext | undefined => storage.getStore();

export const inContext = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);
