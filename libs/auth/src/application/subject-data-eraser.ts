/** What is kept of a subject beside its names and links. */
export abstract class SubjectDataEraser {
  /**
   * The password and the language, the sessions, the counts of wrong passwords. The subject stays, suspended: its id is never
   * given again. In the caller's unit of work.
   * @param names hashes of names that were its own
   */
  abstract eraseSubjectData(customerId: string, names: readonly string[]): Promise<void>;
}
