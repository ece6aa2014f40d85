import { AsyncLocalStorage } from 'node:async_hooks';

/** Context of a request or a consumed event, passed on to logs and events. */
export interface RequestContext {
  readonly correlationId: string;
  /** Id of the event that is being handled; undefined for a request. */
  readonly causationId?: string;
  /** W3C trace context, if the caller sent one. */
  readonly traceparent?: string;
  /** Deadline by `performance.now()`: after it, nothing of this request commits. */
  deadline?: number;
  /** Problem code of the response, for the log. */
  problem?: string;
}

const storage = new AsyncLocalStorage<RequestContext | undefined>();

export const currentContext = (): RequestContext | undefined => storage.getStore();

/** True when the caller has already received a timeout response. Background work is never overdue. */
export const isOverdue = (): boolean => performance.now() > (storage.getStore()?.deadline ?? Number.POSITIVE_INFINITY);

/** Marks the request as overdue. */
export function setDeadline(deadline: number): void {
  const context = storage.getStore();
  if (context) context.deadline = deadline;
}

/** @param context undefined: outside any request */
export const runInContext = <T>(context: RequestContext | undefined, work: () => T): T => storage.run(context, work);
