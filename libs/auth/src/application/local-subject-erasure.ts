import { SubjectErasure } from '../facade.js';
import { keepAnAdministrator } from './keep-an-administrator.js';
import type { Links } from './link-ports.js';
import type { Subjects } from './ports.js';
import type { SessionEnder } from './session-ender.js';
import type { SubjectTraces } from './subject-traces.js';

export class LocalSubjectErasure extends SubjectErasure {
  constructor(
    private readonly subjects: Subjects,
    private readonly ender: SessionEnder,
    private readonly links: Links,
    private readonly traces: SubjectTraces,
  ) {
    super();
  }

  async erase(customerId: string, names: readonly string[], by: string | null): Promise<void> {
    const subject = await this.subjects.byId(customerId);
    if (!subject) return;
    await keepAnAdministrator(this.subjects, customerId);
    // First: what was signed for these sessions is refused by what is written here.
    await this.ender.endAll(subject.snapshot(), 'auth.erased', { by, source: null });
    await this.subjects.removeIdentifiers(customerId);
    await this.links.removeAllOf(customerId);
    await this.traces.remove(customerId, names);
  }
}
