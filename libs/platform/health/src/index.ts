export { HealthController } from './health.controller.js';
export { Health } from './health.js';
