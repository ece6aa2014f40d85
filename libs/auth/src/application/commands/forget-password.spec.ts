import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { Recovery } from '../../testing/recovery.js';

describe('ForgetPassword', () => {
  let house: Recovery;
  beforeEach(() => {
    house = new Recovery();
  });

  it.each(['mia@example.org', 'MIA@Example.ORG', '+5511961234567', '(11) 96123-4567'])(
    'given %s, then one message is due, whoever that is',
    async (username) => {
      await house.forget(username);
      expect(house.due.due).toHaveLength(1);
      expect(house.due.due[0]?.reference).toContain(house.identifiers.hash(parseIdentifier(username, 'BR')));
    },
  );

  it.each(['mia', '', '@', 'mia@example.org\n', 'x\ud800@example.org', 'a'.repeat(254)])(
    'given %j, which nobody can be called, then nothing, and no error',
    async (username) => {
      await expect(house.forget(username)).resolves.toBeUndefined();
      expect(house.due.due).toEqual([]);
    },
  );

  it('AC-26 given known and unknown, then the same is counted and due', async () => {
    await house.known(house.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 5; n++) {
      await house.forget('mia@example.org');
      await house.forget('zoe@example.org');
    }
    const lengths = house.due.due.map(({ reference }) => reference.length);
    expect(lengths).toHaveLength(6);
    expect(new Set(lengths).size).toBe(1);
    expect(house.hasher.paid).toEqual([]);
  });
});
