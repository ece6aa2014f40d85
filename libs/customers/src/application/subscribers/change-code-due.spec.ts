import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier, Unavailable } from '#kernel';
import { IdentifierChanges } from '../../testing/identifier-changes.js';
import { changeAddressOf } from '../change-ports.js';

const NEW = { email: 'new@example.org' };
const PHONE = { phone: '+14155550132' };
const MINUTE = 60_000;

describe('ChangeCodeDue', () => {
  let house: IdentifierChanges;
  let mia: string;

  /** What is due of a code, once it was asked for. */
  const asked = async (wanted: Parameters<typeof house.ask>[1] = NEW) => {
    await house.ask(mia, wanted);
    return house.due.due.splice(0).at(-1)?.reference ?? '';
  };
  const status = async () => {
    const change = await house.pending.find(mia);
    return change && house.codes.status(changeAddressOf(change));
  };

  beforeEach(async () => {
    house = new IdentifierChanges({ smsPerDay: 1 });
    mia = await house.admit('mia@example.org', { locale: 'fr' });
  });

  it('is asked for by the kind under which it is put', async () => {
    await house.ask(mia, NEW);
    expect(house.due.due.at(-1)?.kind).toBe(house.codeDue.kind);
  });

  it('given a change, then a message with eight digits, to the new one, in the language of its owner', async () => {
    const written = await house.codeDue.write(await asked());
    expect(written?.message).toMatchObject({
      channel: 'email',
      to: NEW.email,
      subject: expect.stringContaining('votre'),
    });
    expect(written?.message?.text).toMatch(/^00000001\n/);
  });

  it('given a message that was accepted, then its ten minutes start there', async () => {
    const written = await house.codeDue.write(await asked());
    house.clock.advance(MINUTE);
    await written?.accepted();
    expect((await status())?.expiresAt.getTime()).toBe(house.clock.now().getTime() + 10 * MINUTE);
  });

  it.each([true, false])(
    'leaves a code that nobody can type when its message is refused, finally: %s [AC-62]',
    async (final) => {
      await (await house.codeDue.write(await asked()))?.failed(final);
      expect((await status())?.expiresAt.getTime()).toBe(house.clock.now().getTime() + 10 * MINUTE);
      expect(await house.confirm(mia, '00000001')).toEqual({ outcome: 'code_wrong', attemptsRemaining: 2 });
    },
  );

  it('writes another code for the next try, in the place of the one that was refused [AC-62]', async () => {
    const first = await house.codeDue.write(await asked());
    await first?.failed(false);
    const second = await first?.again();
    expect(second?.message).toMatchObject({ to: NEW.email, text: expect.stringMatching(/^00000002\n/) });
    await second?.accepted();
    expect((await house.confirm(mia, '00000001')).outcome).toBe('code_wrong');
    expect((await house.confirm(mia, '00000002')).outcome).toBe('changed');
  });

  it('FM-S1 given a second try, then a code of its own; the first one’s late end changes nothing', async () => {
    const reference = await asked();
    const [first, second] = [await house.codeDue.write(reference), await house.codeDue.write(reference)];
    await first?.failed(false);
    await second?.accepted();
    expect((await house.confirm(mia, '00000001')).outcome).toBe('code_wrong');
    expect((await house.confirm(mia, '00000002')).outcome).toBe('changed');
  });

  it('given a change that is over, or is of a customer who is gone, then nothing', async () => {
    const reference = await asked();
    const change = await house.pending.find(mia);
    if (!change) throw new Error('is pending');
    await house.pending.remove(change);
    expect([await house.codeDue.write(reference), await house.codeDue.write('nonsense')]).toEqual([null, null]);
    await house.pending.put(change);
    const before = await house.customers.byId(mia);
    if (before) await house.customers.replace(before, before.delete(house.clock.now()), { email: null });
    expect(await house.codeDue.write(reference)).toBeNull();
  });

  it('AC-26 given one that is another customer’s, then it is sent there all the same', async () => {
    await house.admit(NEW.email);
    const written = await house.codeDue.write(await asked());
    expect(written?.message).toMatchObject({ to: NEW.email, text: expect.stringMatching(/^\d{8}\n/) });
  });

  it('given the SMS of a day, then the next change to a number is refused before anything is written, and mails are sent as ever', async () => {
    expect((await house.codeDue.write(await asked(PHONE)))?.message).toMatchObject({ channel: 'sms', to: PHONE.phone });
    const before = await house.pending.find(mia);
    await expect(asked({ phone: '+16502530000' })).rejects.toBeInstanceOf(Unavailable);
    expect(await house.pending.find(mia)).toEqual(before);
    expect((await house.codeDue.write(await asked()))?.message).not.toBeNull();
  });

  it('is bound to its request: another customer with the same identifier has another address', async () => {
    const zoe = await house.admit('zoe@example.org', { also: parseIdentifier(PHONE.phone, 'US') });
    await house.ask(mia, NEW);
    await house.ask(zoe, NEW);
    const [one, other] = [await house.pending.find(mia), await house.pending.find(zoe)];
    if (!one || !other) throw new Error('both are pending');
    expect(changeAddressOf(one).identifierHash).toBe(changeAddressOf(other).identifierHash);
    expect(changeAddressOf(one).subject).not.toBe(changeAddressOf(other).subject);
  });
});
