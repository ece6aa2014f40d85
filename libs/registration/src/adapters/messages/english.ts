import type { RegistrationTexts } from './registration-texts.js';

const duration = (seconds: number): string => (seconds === 60 ? 'one minute' : `${seconds} seconds`);

export const ENGLISH: RegistrationTexts = {
  locale: 'en',
  codeSubject: (code) => `${code} is your code`,
  codeHeading: 'Your code',
  codeIntro: (seconds) => `Enter this code within ${duration(seconds)} to complete your registration.`,
  reference: 'Reference',
  referenceNote: 'The page where you enter the code shows the same reference.',
  notYou: 'If you did not ask for it, ignore this message: without the code nothing happens. Never tell it to anybody.',
  codeText: (code, reference, seconds) =>
    `${code} is your code (${reference}). It is valid for ${duration(seconds)}. Not you? Ignore this message and tell it to nobody.`,
  registeredSubject: 'You already have an account',
  registered: [
    'Somebody tried to register with this address. You already have an account, so nothing has changed.',
    'If it was you, sign in with your password instead.',
    'If it was not you, there is nothing to do: nobody learns from this that you are registered.',
  ],
  registeredText:
    'Somebody tried to register with this number. You already have an account, so nothing has changed. Sign in instead, or ignore this message.',
};
