export { type RegistrationStarted, RegistrationStartedV1 } from './events.js';
export type { RegistrationTicket } from './facade.js';
