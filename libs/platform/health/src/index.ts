export { HealthController } from './health.controller.js';
export { HealthCheckService } from './health-check-service.js';
