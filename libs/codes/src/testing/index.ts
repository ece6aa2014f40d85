export { InMemoryCodes } from './in-memory-codes.js';
