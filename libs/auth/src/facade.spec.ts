import { describe, expect, it } from 'vitest';
import { ImmediateAfterCommit } from '#kernel/testing';
import { type AccountChange, AccountChangeListener, AccountChangeListeners } from './facade.js';

class Failing extends AccountChangeListener {
  override async onAccountChanged(): Promise<void> {
    throw new Error('the job queue is unavailable');
  }
}

class Recording extends AccountChangeListener {
  readonly changes: (readonly [string, AccountChange])[] = [];

  override async onAccountChanged(customerId: string, change: AccountChange): Promise<void> {
    this.changes.push([customerId, change]);
  }
}

describe('AccountChangeListeners', () => {
  it('notifies every listener in the background, although one fails [AC-70]', async () => {
    const [afterCommit, recording] = [new ImmediateAfterCommit(), new Recording()];
    const listeners = new AccountChangeListeners(afterCommit);
    listeners.add(new Failing());
    listeners.add(recording);
    expect(listeners.notify('mia', 'password_changed')).toBeUndefined();
    await afterCommit.settled;
    expect(recording.changes).toEqual([['mia', 'password_changed']]);
  });
});
