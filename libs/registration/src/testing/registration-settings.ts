import type { MessageLimits } from '#notifications';
import type { RegistrationLimits } from '../application/limits.js';
import type { RegistrationSettings } from '../application/ports.js';

/** Default settings of the tests. */
export const SETTINGS: RegistrationSettings = {
  codeLength: 4,
  codeTtlSeconds: 60,
  attemptTtlSeconds: 1_800,
  publicUrl: 'https://foyer.example',
  registrationDisclosure: 'conceal',
  defaultMarket: 'US',
  smsCountries: ['US', 'BR'],
};

export const LIMITS: RegistrationLimits & MessageLimits = {
  attemptsPerSource: 3,
  attemptsPerIdentifier: 12,
  liveAttempts: 500_000,
  sendsPerSourceMinute: 3,
  sendsPerSourceDay: 5,
  sendsPerIdentifier: 30,
  smsPerSource: 50,
  smsPerDay: 1_000,
  messageBacklogSeconds: 5,
};
