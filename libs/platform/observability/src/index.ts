export { createLog, Log } from './logger.js';
export { Metrics } from './metrics.js';
export { currentContext, endAt, inContext, isOverdue, type RequestContext } from './request-context.js';
