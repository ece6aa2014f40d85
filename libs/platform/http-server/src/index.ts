export { isRestricted } from './admin-port.js';
export { createHttpServers } from './http-adapter.js';
export { ProblemFilter } from './problem.filter.js';
export { WellKnownController } from './well-known.controller.js';
