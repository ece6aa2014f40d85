/** Erases the data of a subject other than its names and links. */
export abstract class SubjectDataEraser {
  /**
   * Erases the password, the locale, the sessions and the counts of wrong passwords. The subject stays, suspended: its id is never
   * reused. Runs in the caller's unit of work.
   * @param names hashes of the former names of the subject
   */
  abstract eraseSubjectData(customerId: string, names: readonly string[]): Promise<void>;
}
