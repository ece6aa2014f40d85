export { recordingLog } from './recording-log.js';
