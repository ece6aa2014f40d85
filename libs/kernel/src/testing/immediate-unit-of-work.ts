import { UnitOfWork } from '../index.js';

/** Does the work, and takes nothing back. */
export class ImmediateUnitOfWork extends UnitOfWork {
  override run<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}
