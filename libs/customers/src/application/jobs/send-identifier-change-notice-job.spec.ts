import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';

const NEW = { email: 'new@example.org' };
const PHONE = '+14155550132';

describe('ChangeNoticeDue', () => {
  let harness: IdentifierChangeHarness;

  /** References of the notices that are due when this customer asks. */
  const told = async (id: string, wanted: Parameters<typeof harness.requestChange>[1] = NEW) => {
    await harness.requestChange(id, wanted);
    const due = harness.due.enqueued.splice(0).filter(({ kind }) => kind === harness.noticeJob.kind);
    return due.map(({ reference }) => reference);
  };

  beforeEach(() => {
    harness = new IdentifierChangeHarness({ smsPerDay: 1 });
  });

  it('given that something was asked for, then word of it to the old one, in its owner’s language, without the new one', async () => {
    const [reference = ''] = await told(await harness.addCustomer('mia@example.org', { locale: 'pt-BR' }));
    const written = await harness.noticeJob.prepareMessage(reference);
    expect(written?.message).toMatchObject({ channel: 'email', to: 'mia@example.org' });
    expect(written?.message?.subject).toBe('Um novo endereço de e-mail foi pedido');
    const { id: _id, ...said } = written?.message ?? { id: '' };
    expect(JSON.stringify(said)).not.toContain(NEW.email);
  });

  it('given a change, then the old one hears of it, although the record has another by now', async () => {
    const mia = await harness.addCustomer('mia@example.org');
    await harness.confirmChange(mia, await harness.requestCode(mia, NEW));
    await harness.afterCommit.settled;
    const [{ reference = '' } = {}] = harness.due.enqueued;
    expect((await harness.noticeJob.prepareMessage(reference))?.message).toMatchObject({
      to: 'mia@example.org',
      subject: 'Your e-mail address was changed',
    });
  });

  it('given a reference that was moved to another customer or touched, then nobody reads it', async () => {
    const [mine = ''] = await told(await harness.addCustomer('mia@example.org'));
    const [theirs = ''] = await told(await harness.addCustomer('zoe@example.org'), { email: 'other@example.org' });
    const moved = `${theirs.split('.', 1)[0]}${mine.slice(mine.indexOf('.'))}`;
    await expect(harness.noticeJob.prepareMessage(moved)).rejects.toThrow();
    await expect(harness.noticeJob.prepareMessage(mine.slice(0, -4))).rejects.toThrow();
  });

  it('given a number of a country that gets no SMS, then none, and mails are', async () => {
    const both = await harness.addCustomer('mia@example.org', { also: parseIdentifier('+4915123456789', 'US') });
    const [mail = '', sms = ''] = await told(both);
    expect(await harness.noticeJob.prepareMessage(sms)).toBeNull();
    expect((await harness.noticeJob.prepareMessage(mail))?.message).toMatchObject({ channel: 'email' });
  });

  it('given the SMS of a day, then the next is not sent, and mails are', async () => {
    const both = await harness.addCustomer('mia@example.org', { also: parseIdentifier(PHONE, 'US') });
    const [mail = '', sms = ''] = await told(both);
    expect((await harness.noticeJob.prepareMessage(sms))?.message).toMatchObject({ channel: 'sms', to: PHONE });
    expect(await harness.noticeJob.prepareMessage(sms)).toBeNull();
    expect((await harness.noticeJob.prepareMessage(mail))?.message).toMatchObject({ channel: 'email' });
  });
});
