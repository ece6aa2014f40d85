import { describe, expect, it } from 'vitest';
import { IDENTIFIER_CORPUS, type IdentifierCase } from '../../../libs/kernel/src/testing/identifier.corpus.js';
import { BACKENDS, EMBEDDED } from '../../support/backends.js';
import { parseProblem, statusAndCode } from '../../support/problem-catalog.js';
import { freshEmail, freshPhone, newRegistration, withPassword } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

/** Countries of the corpus (Guernsey shares a code with Britain, the Vatican with Italy); others get no SMS. */
const SERVED = { SMS_COUNTRIES: 'US,GG,FR,VA,BR,AR' };
/** The same for all of them: one identifier, however it is spelt, is one attempt. */
const PASSWORD = 'one password for all';
const BODY_LIMIT = 16 * 1024;
/** The mail sink's library refuses the longest addresses that RFC 5321 lets through. */
const MAIL_SINK_LIMIT = 254;

type Field = 'email' | 'phone';
const fieldOf = ({ raw }: IdentifierCase): Field => (raw.includes('@') ? 'email' : 'phone');
const bodyOf = (field: Field, { raw, region }: IdentifierCase) => ({
  [field]: raw,
  password: PASSWORD,
  ...(region ? { market: region } : {}),
});

/** A body that is too long does not reach the rules for identifiers. */
const refusalOf = (body: object): number => (Buffer.byteLength(JSON.stringify(body)) > BODY_LIMIT ? 413 : 422);

/** Forty at a time, so that the order in which they come is nobody's. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += 40)
    results.push(...(await Promise.all(items.slice(from, from + 40).map(work))));
  return results;
}

describe.each(BACKENDS)('identifiers on $name', (backend) => {
  const app = useTestApp(backend, SERVED);

  it('ST-I1 the whole corpus: taken or refused as expected, one id for one person and no more', async () => {
    const replies = await inBatches(IDENTIFIER_CORPUS, async (entry) => {
      const body = bodyOf(fieldOf(entry), entry);
      const reply = await app.register(body);
      return { entry, body, reply };
    });
    const found = replies.map(({ entry, reply }) => [entry.why, entry.raw.slice(0, 80), reply.status]);
    const expected = replies.map(({ entry, body }) => [
      entry.why,
      entry.raw.slice(0, 80),
      entry.expected === null ? refusalOf(body) : 201,
    ]);
    expect(found).toEqual(expected);
    const taken = replies.filter(({ entry }) => entry.expected !== null);
    const pairs = new Set(taken.map(({ entry, reply }) => `${entry.expected} ${reply.json.id}`));
    const keys = new Set(taken.map(({ entry }) => entry.expected));
    const ids = new Set(taken.map(({ reply }) => reply.json.id));
    expect([pairs.size, ids.size]).toEqual([keys.size, keys.size]);
  });

  it('AC-35 what was taken of it is written to in its canonical form', async () => {
    const keys = IDENTIFIER_CORPUS.flatMap(({ expected }) => expected ?? []);
    const recipients = keys.map((key) => key.slice(key.indexOf(':') + 1)).filter((to) => to.length < MAIL_SINK_LIMIT);
    const unwritten = async (): Promise<string[]> => {
      const counts = await inBatches(recipients, async (to) => (await app.instance.listMessagesTo(to)).length);
      return recipients.filter((_, at) => counts[at] === 0);
    };
    await expect.poll(unwritten, { timeout: 5_000 }).toEqual([]);
  });

  it('AC-23 an address is no number, and a number no address', async () => {
    const replies = await inBatches(IDENTIFIER_CORPUS, async (entry) => {
      const body = bodyOf(fieldOf(entry) === 'email' ? 'phone' : 'email', entry);
      return { entry, body, reply: await app.register(body) };
    });
    expect(replies.map(({ entry, reply }) => [entry.why, reply.status])).toEqual(
      replies.map(({ entry, body }) => [entry.why, refusalOf(body)]),
    );
  });

  it.each([
    ['both', { email: freshEmail(), phone: freshPhone() }],
    ['neither', {}],
    ['an array', { email: [freshEmail()] }],
    ['an object', { phone: { $gt: '' } }],
    ['a number', { phone: 14155550132 }],
  ])('422 for %s instead of one e-mail address or phone number', async (_, identifier) => {
    expect(statusAndCode(await app.register({ ...identifier, password: PASSWORD }))).toBe('422 request.invalid');
  });

  it('a phone number, however it is written, is one identifier: SMS, Basic and login', async () => {
    const phone = freshPhone();
    const digits = phone.slice(5);
    const national = newRegistration({ phone: `(415) ${digits.slice(0, 3)}-${digits.slice(3)}` });
    const { ticket, code, message } = await app.createPendingRegistration(national, phone);
    expect(ticket).toMatchObject({ channel: 'sms', destination: `+1•••••••${phone.slice(-2)}` });
    expect(message.text).toContain(ticket.reference);
    const international = { ...national, phone };
    expect((await app.register(international)).json).toEqual(ticket);
    for (const written of [phone, `1${phone.slice(2)}`, `00${phone.slice(1)}`, phone.slice(2)])
      expect((await app.getMyRegistration({ ...national, phone: written })).json).toMatchObject({
        id: ticket.id,
        channel: 'sms',
      });
    const activated = await app.activate(national, code);
    expect([activated.status, activated.json]).toEqual([200, expect.objectContaining({ phone, email: null })]);
    for (const person of [national, international]) expect((await app.logIn(person)).status).toBe(200);
    expect((await app.logIn(withPassword(national))).status).toBe(401);
  });

  it('422 for a number in a country that no SMS goes to', async () => {
    const reply = await app.register(newRegistration({ phone: '+4915123456789' }));
    expect(statusAndCode(reply)).toBe('422 request.invalid');
    expect(parseProblem(reply).errors?.map(({ pointer }) => pointer)).toEqual(['/phone']);
  });

  it('a channel without a transport: the dev mailbox on the embedded default, 422 elsewhere', async () => {
    const unequipped = { SMTP_URL: '', SMS_API_URL: '', SMS_API_TOKEN: '' };
    if (backend === EMBEDDED) {
      await app.createPendingRegistration(newRegistration({ phone: freshPhone() }));
      return;
    }
    const program = await app.services.startReplica(unequipped);
    for (const json of [newRegistration(), newRegistration({ phone: freshPhone() })]) {
      const reply = await program.request('POST', '/v1/registrations', { json });
      expect(statusAndCode(reply)).toBe('422 registration.channel_unavailable');
    }
    expect((await program.request('GET', '/dev/messages')).status).toBe(404);
    await program.dispose();
  });
});
