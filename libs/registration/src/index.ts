export { type AttemptEventData, RegistrationCodeSentV1, RegistrationStartedV1 } from './events.js';
export type { RegistrationTicket } from './facade.js';
