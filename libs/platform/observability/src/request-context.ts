import { AsyncLocalStorage } from 'node:async_hooks';

/** What travels with a request, or with an event that was heard, into logs and events. */
export interface RequestContext {
  readonly correlationId: string;
  /** Of the event that is being handled; a request causes what it does by itself. */
  readonly causationId?: string;
  /** W3C trace context, if the caller sent one. */
  readonly traceparent?: string;
  /** By `performance.now()`: from then on nothing of this request is committed any more. */
  deadline?: number;
  /** Code of the problem it was answered with: its reason in the log. */
  problem?: string;
}

const storage = new AsyncLocalStorage<RequestContext | undefined>();

export const currentContext = (): RequestContext | undefined => storage.getStore();

/** True when the caller has been told that it took too long. Work in the background is never overdue. */
export const isOverdue = (): boolean => performance.now() > (storage.getStore()?.deadline ?? Number.POSITIVE_INFINITY);

/** From this moment on the request is given up. */
export function setDeadline(deadline: number): void {
  const context = storage.getStore();
  if (context) context.deadline = deadline;
}

/** @param context undefined: of no request */
export const runInContext = <T>(context: RequestContext | undefined, work: () => T): T => storage.run(context, work);
