import { describe, expect, it } from 'vitest';
import { ImmediateAfterCommit } from '#kernel/testing';
import { type AccountChange, AccountChangeListener, AccountChangeListeners } from './facade.js';

class Failing extends AccountChangeListener {
  override async onAccountChanged(): Promise<void> {
    throw new Error('the list of messages is away');
  }
}

class Recording extends AccountChangeListener {
  readonly told: (readonly [string, AccountChange])[] = [];

  override async onAccountChanged(customerId: string, change: AccountChange): Promise<void> {
    this.told.push([customerId, change]);
  }
}

describe('AccountChangeListeners', () => {
  it('notifies every listener, although one of them fails, and nobody waits [AC-70]', async () => {
    const [afterCommit, recording] = [new ImmediateAfterCommit(), new Recording()];
    const listeners = new AccountChangeListeners(afterCommit);
    listeners.add(new Failing());
    listeners.add(recording);
    expect(listeners.notify('mia', 'password_changed')).toBeUndefined();
    await afterCommit.settled;
    expect(recording.told).toEqual([['mia', 'password_changed']]);
  });
});
