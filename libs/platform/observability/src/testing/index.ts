export { createRecordingLog } from './recording-log.js';
