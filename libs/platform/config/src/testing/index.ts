export { COMPLETE } from './complete-environment.js';
