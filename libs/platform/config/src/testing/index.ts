export { COMPLETE_ENVIRONMENT } from './complete-environment.js';
