export { LIMITS as MESSAGE_LIMITS } from './limits.js';
export { RecordingDueMessages } from './recording-due-messages.js';
export { SettableChannels } from './settable-channels.js';
export { TestTransport, type TransportOutcome } from './test-transport.js';
