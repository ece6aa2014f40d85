export { CountingIds } from './counting-ids.js';
export { FixedClock } from './fixed-clock.js';
export { ImmediateAfterCommit } from './immediate-after-commit.js';
export { ImmediateUnitOfWork } from './immediate-unit-of-work.js';
export { InMemoryCounters } from './in-memory-counters.js';
export { RecordingOutbox } from './recording-outbox.js';
