export { InMemoryChannels } from './in-memory-channels.js';
export { DEFAULT_MESSAGE_LIMITS as MESSAGE_LIMITS } from './message-limits.js';
export { RecordingJobQueue } from './recording-job-queue.js';
export { TestMessageTransport, type TransportOutcome } from './test-message-transport.js';
