import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';

const NEW = { email: 'new@example.org' };
const PHONE = '+14155550132';

describe('SendIdentifierChangeNoticeJob', () => {
  let harness: IdentifierChangeHarness;

  /** Requests a change and returns the references of the enqueued notices. */
  const requestAndGetReferences = async (id: string, wanted: Parameters<typeof harness.requestChange>[1] = NEW) => {
    await harness.requestChange(id, wanted);
    const due = harness.due.enqueued.splice(0).filter(({ kind }) => kind === harness.noticeJob.kind);
    return due.map(({ reference }) => reference);
  };

  beforeEach(() => {
    harness = new IdentifierChangeHarness({ smsPerDay: 1 });
  });

  it('notifies the old identifier of a request in the owner’s language, without the new identifier', async () => {
    const [reference = ''] = await requestAndGetReferences(
      await harness.addCustomer('mia@example.org', { locale: 'pt-BR' }),
    );
    const written = await harness.noticeJob.prepareMessage(reference);
    expect(written?.message).toMatchObject({ channel: 'email', to: 'mia@example.org' });
    expect(written?.message?.subject).toBe('Um novo endereço de e-mail foi pedido');
    const { id: _id, ...said } = written?.message ?? { id: '' };
    expect(JSON.stringify(said)).not.toContain(NEW.email);
  });

  it('notifies the old identifier of a completed change after the record has changed', async () => {
    const mia = await harness.addCustomer('mia@example.org');
    await harness.confirmChange(mia, await harness.requestCode(mia, NEW));
    await harness.afterCommit.settled;
    const [{ reference = '' } = {}] = harness.due.enqueued;
    expect((await harness.noticeJob.prepareMessage(reference))?.message).toMatchObject({
      to: 'mia@example.org',
      subject: 'Your e-mail address was changed',
    });
  });

  it('rejects a reference that was moved to another customer or modified', async () => {
    const [mine = ''] = await requestAndGetReferences(await harness.addCustomer('mia@example.org'));
    const [theirs = ''] = await requestAndGetReferences(await harness.addCustomer('zoe@example.org'), {
      email: 'other@example.org',
    });
    const moved = `${theirs.split('.', 1)[0]}${mine.slice(mine.indexOf('.'))}`;
    await expect(harness.noticeJob.prepareMessage(moved)).rejects.toThrow();
    await expect(harness.noticeJob.prepareMessage(mine.slice(0, -4))).rejects.toThrow();
  });

  it('sends no SMS to a country that is not served, but sends mails', async () => {
    const both = await harness.addCustomer('mia@example.org', { also: parseIdentifier('+4915123456789', 'US') });
    const [mail = '', sms = ''] = await requestAndGetReferences(both);
    expect(await harness.noticeJob.prepareMessage(sms)).toBeNull();
    expect((await harness.noticeJob.prepareMessage(mail))?.message).toMatchObject({ channel: 'email' });
  });

  it('sends no SMS above the daily SMS limit, but sends mails', async () => {
    const both = await harness.addCustomer('mia@example.org', { also: parseIdentifier(PHONE, 'US') });
    const [mail = '', sms = ''] = await requestAndGetReferences(both);
    expect((await harness.noticeJob.prepareMessage(sms))?.message).toMatchObject({ channel: 'sms', to: PHONE });
    expect(await harness.noticeJob.prepareMessage(sms)).toBeNull();
    expect((await harness.noticeJob.prepareMessage(mail))?.message).toMatchObject({ channel: 'email' });
  });
});
