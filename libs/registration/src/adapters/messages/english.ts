/** Every word of the messages. They carry no text that a stranger typed, and say what to do if it was not you. */
export const ENGLISH = {
  locale: 'en',
  codeSubject: (code: string) => `${code} is your code`,
  codeHeading: 'Your code',
  codeIntro: (seconds: number) => `Enter this code within ${duration(seconds)} to complete your registration.`,
  reference: 'Reference',
  referenceNote: 'The page where you enter the code shows the same reference.',
  notYou: 'If you did not ask for it, ignore this message: without the code nothing happens. Never tell it to anybody.',
  codeText: (code: string, reference: string, seconds: number) =>
    `${code} is your code (${reference}). It is valid for ${duration(seconds)}. Not you? Ignore this message and tell it to nobody.`,
  registeredSubject: 'You already have an account',
  registered: [
    'Somebody tried to register with this address. You already have an account, so nothing has changed.',
    'If it was you, sign in with your password instead.',
    'If it was not you, there is nothing to do: nobody learns from this that you are registered.',
  ],
  registeredText:
    'Somebody tried to register with this number. You already have an account, so nothing has changed. Sign in instead, or ignore this message.',
} as const;

const duration = (seconds: number): string => (seconds === 60 ? 'one minute' : `${seconds} seconds`);
