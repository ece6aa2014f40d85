/** Every word of the messages, in one language. They carry no text that a stranger typed, and say what to do if it was not you. */
export interface RegistrationTexts {
  /** BCP 47 */
  readonly locale: string;
  codeSubject(code: string): string;
  readonly codeHeading: string;
  codeIntro(seconds: number): string;
  readonly reference: string;
  readonly referenceNote: string;
  readonly notYou: string;
  codeText(code: string, reference: string, seconds: number): string;
  readonly registeredSubject: string;
  readonly registered: readonly string[];
  readonly registeredText: string;
}
