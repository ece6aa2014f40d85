/** Message texts in one language. They contain no user input, and say what to do if the recipient did not register. */
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
