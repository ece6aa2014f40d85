export { isHiddenFromPublicPort } from './admin-port.js';
export { createHttpServers } from './create-http-servers.js';
export { ProblemFilter } from './problem.filter.js';
export { WellKnownController } from './well-known.controller.js';
