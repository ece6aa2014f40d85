export { RecordingDueMessages } from './recording-due-messages.js';
export { SettableChannels } from './settable-channels.js';
