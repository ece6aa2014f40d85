import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier, TransactionConflict } from '#kernel';
import { hashed } from '#kernel/testing';
import { Customer } from '../../domain/customer.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';
import { changeCodeAddressOf } from '../identifier-change-ports.js';

const NEW = { email: 'new@example.org' };
const PHONE = { phone: '+14155550132' };
const AS_BEFORE = {
  email: 'mia@example.org',
  phone: null,
  version: 1,
  names: [hashed('new', 'email:mia@example.org')],
};

describe('ConfirmIdentifierChange', () => {
  let harness: IdentifierChangeHarness;
  let mia: string;

  beforeEach(async () => {
    harness = new IdentifierChangeHarness();
    mia = await harness.addCustomer('mia@example.org');
  });

  it('replaces the identifier and sign-in name and ends every other session [AC-50]', async () => {
    const code = await harness.requestCode(mia, NEW);
    const result = await harness.confirmChange(mia, code);
    expect(result).toMatchObject({ outcome: 'changed', customer: { id: mia, email: NEW.email, version: 3 } });
    const names = [hashed('new', 'email:new@example.org')];
    expect(await harness.stateOf(mia)).toEqual({ email: NEW.email, phone: null, version: 3, names });
    expect(harness.signIns.ended).toEqual([{ customerId: mia, kept: 'this session', source: '192.0.2.7' }]);
    expect(harness.outbox.events.map(({ type, sequence }) => [type, sequence])).toEqual([
      ['customer.updated.v1', 2],
      ['customer.identifier_changed.v1', 3],
    ]);
    expect(harness.audit.actions.slice(1)).toEqual(['customer.updated', 'customer.identifier_changed']);
  });

  it('notifies the previous identifiers and not the new one', async () => {
    await harness.confirmChange(mia, await harness.requestCode(mia, NEW));
    await harness.afterCommit.settled;
    expect(await harness.deliverDueMessages()).toEqual([
      { to: 'mia@example.org', text: expect.stringContaining('was changed') },
    ]);
  });

  it('accepts the code once and does not count it as a guess', async () => {
    const code = await harness.requestCode(mia, NEW);
    await harness.confirmChange(mia, code);
    expect(harness.codes.guesses.charged).toEqual([]);
    expect(await harness.confirmChange(mia, code)).toEqual({ outcome: 'code_expired' });
    expect(harness.audit.actions.at(-1)).toBe('customer.identifier_change_refused');
  });

  it('adds an identifier of the other kind', async () => {
    const result = await harness.confirmChange(mia, await harness.requestCode(mia, PHONE));
    expect(result).toMatchObject({ outcome: 'changed', customer: { email: 'mia@example.org', phone: PHONE.phone } });
    expect((await harness.stateOf(mia)).names).toEqual([
      hashed('new', 'email:mia@example.org'),
      hashed('new', 'phone:+14155550132'),
    ]);
  });

  it('counts wrong codes, invalidates the code after three and changes nothing', async () => {
    const code = await harness.requestCode(mia, NEW);
    for (const attemptsRemaining of [2, 1, 0])
      expect(await harness.confirmChange(mia, '99999999')).toEqual({ outcome: 'code_wrong', attemptsRemaining });
    expect(await harness.confirmChange(mia, code)).toEqual({ outcome: 'code_expired' });
    expect([await harness.stateOf(mia), harness.outbox.events, harness.signIns.ended]).toEqual([AS_BEFORE, [], []]);
    expect(harness.codes.guesses.charged).toHaveLength(3);
    expect(harness.audit.actions.slice(1)).toEqual(Array(4).fill('customer.identifier_change_refused'));
  });

  it.each([
    ['no request', async () => '00000001'],
    [
      'an expired code',
      async () => {
        const code = await harness.requestCode(mia, NEW);
        harness.clock.advance(600_000);
        return code;
      },
    ],
    [
      'the code of an earlier request for the same',
      async () => {
        const code = await harness.requestCode(mia, NEW);
        await harness.requestChange(mia, NEW);
        return code;
      },
    ],
    [
      'the code of another customer',
      async () => {
        await harness.requestChange(mia, NEW);
        return harness.requestCode(await harness.addCustomer('zoe@example.org'), NEW);
      },
    ],
  ])('given %s, then nothing changes', async (_, codeOf) => {
    const code = await codeOf();
    expect((await harness.confirmChange(mia, code)).outcome).toMatch(/^code_(expired|wrong)$/);
    expect([await harness.stateOf(mia), harness.outbox.events]).toEqual([AS_BEFORE, []]);
  });

  it('returns in_progress during a concurrent confirmation and keeps the code', async () => {
    const code = await harness.requestCode(mia, NEW);
    const change = await harness.pending.find(mia);
    if (!change) throw new Error('is pending');
    await harness.codes.claim(changeCodeAddressOf(change), code, 'the other');
    expect(await harness.confirmChange(mia, code)).toEqual({ outcome: 'in_progress' });
    await harness.codes.releaseClaim(changeCodeAddressOf(change), 'the other');
    expect(await harness.confirmChange(mia, code)).toMatchObject({ outcome: 'changed' });
  });

  describe('when the identifier belongs to another customer', () => {
    const confirmed = async () => {
      const code = await harness.requestCode(mia, NEW);
      const result = await harness.confirmChange(mia, code);
      return [result, await harness.confirmChange(mia, code)];
    };
    const refused = [{ outcome: 'taken' }, { outcome: 'code_expired' }];

    it('rejects the change, counts no guess, ends the request and changes no customer [AC-24]', async () => {
      const zoe = await harness.addCustomer(NEW.email);
      const before = await harness.stateOf(zoe);
      expect(await confirmed()).toEqual(refused);
      expect([await harness.stateOf(mia), await harness.stateOf(zoe)]).toEqual([AS_BEFORE, before]);
      expect([await harness.pending.find(mia), harness.codes.guesses.charged, harness.signIns.ended]).toEqual([
        null,
        [],
        [],
      ]);
    });

    it('rejects the change also when it is stored under an older key', async () => {
      const zoe = Customer.create(aNewCustomer({ identifier: parseIdentifier(NEW.email, 'US') }), new Date());
      await harness.customers.add(zoe, { email: hashed('old', 'email:new@example.org') });
      expect(await confirmed()).toEqual(refused);
    });
  });

  it('rejects the change when all sessions have ended since the request [AC-50]', async () => {
    const code = await harness.requestCode(mia, NEW);
    await harness.signIns.endAllSessions(mia);
    expect(await harness.confirmChange(mia, code)).toEqual({ outcome: 'code_expired' });
    expect([await harness.stateOf(mia), harness.outbox.events]).toEqual([AS_BEFORE, []]);
    expect(await harness.pending.find(mia)).toBeNull();
    await harness.afterCommit.settled;
    expect([await harness.deliverDueMessages(), harness.codes.guesses.charged]).toEqual([[], []]);
  });

  it('retries after a concurrent write, three times at most [RC-12]', async () => {
    const replace = harness.customers.replace.bind(harness.customers);
    let races = 0;
    harness.customers.replace = async (...all) => races-- <= 0 && replace(...all);
    const code = await harness.requestCode(mia, NEW);
    races = 3;
    await expect(harness.confirmChange(mia, code)).rejects.toBeInstanceOf(TransactionConflict);
    races = 2;
    expect(await harness.confirmChange(mia, code)).toMatchObject({ outcome: 'changed', customer: { version: 3 } });
  });

  it('keeps the code and counts no guess after an internal failure', async () => {
    const code = await harness.requestCode(mia, NEW);
    const { replace } = harness.customers;
    harness.customers.replace = () => Promise.reject(new Error('away'));
    await expect(harness.confirmChange(mia, code)).rejects.toThrow('away');
    expect(harness.codes.guesses.charged).toEqual([]);
    harness.customers.replace = replace;
    expect(await harness.confirmChange(mia, code)).toMatchObject({ outcome: 'changed' });
  });
});
