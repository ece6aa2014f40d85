export { createLog, Log } from './log.js';
export { Metrics } from './metrics.js';
export { currentContext, isOverdue, type RequestContext, runInContext, setDeadline } from './request-context.js';
