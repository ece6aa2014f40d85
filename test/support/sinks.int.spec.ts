import amqp from 'amqplib';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FreshVhost, freshVhost } from './fresh-vhost.js';
import { send } from './http-message.js';
import { parseMime } from './mime.js';
import { consumeEvents, EXCHANGE } from './rabbit-consumer.js';
import { type SmsSink, startSmsSink } from './sms-sink.js';
import { type SmtpSink, startSmtpSink } from './smtp-sink.js';

describe('the mail sink', () => {
  let sink: SmtpSink;
  beforeAll(async () => {
    sink = await startSmtpSink();
  });
  afterEach(() => sink.clear());
  afterAll(() => sink.stop());

  const mail = {
    from: 'Foyer <no-reply@foyer.example>',
    to: 'joão@exemplo.example, second@example.org',
    subject: 'Seu código é 4711 — não o compartilhe com ninguém, nem mesmo conosco 🔑',
    text: `Olá!\n\nSeu código: 4711\n${'ção '.repeat(60)}\nFim = fim.`,
    html: '<p>Olá, <b style="color:red">4711</b> €</p>',
  };
  const transport = () => createTransport({ url: sink.url, connectionTimeout: 2_000, socketTimeout: 2_000 });

  it('reads text, html and subject in UTF-8', async () => {
    await transport().sendMail(mail);
    const got = await sink.waitFor((one) => one.to.includes('second@example.org'));
    expect(got.from).toBe('no-reply@foyer.example');
    expect(got.to).toHaveLength(2);
    expect(got.subject).toBe(mail.subject);
    expect(got.text.trimEnd()).toBe(mail.text);
    expect(got.html.trimEnd()).toBe(mail.html);
    expect(got.headers.get('from')).toContain('Foyer');
    expect(Date.now() - got.acceptedAt).toBeLessThan(1_000);
  });

  it.each(['base64', 'quoted-printable'] as const)('reads %s', async (textEncoding) => {
    await transport().sendMail({ ...mail, to: 'a@example.org', textEncoding, encoding: textEncoding });
    const got = await sink.waitFor(() => true);
    expect([got.text.trimEnd(), got.html.trimEnd()]).toEqual([mail.text, mail.html]);
  });

  it('accepts a login, refuses, drops before and after, and is well again', async () => {
    const one = { ...mail, to: 'a@example.org' };
    const url = sink.url.replace('//', '//user:secret@');
    sink.setBehaviour({ refuse: 451 }, 1);
    await expect(createTransport({ url }).sendMail(one)).rejects.toMatchObject({ responseCode: 451 });
    sink.setBehaviour({ drop: 'before' }, 1);
    await expect(transport().sendMail(one)).rejects.toThrow();
    expect(sink.messages).toHaveLength(0);
    sink.setBehaviour({ drop: 'after' }, 1);
    await expect(transport().sendMail(one)).rejects.toThrow();
    expect(sink.messages).toHaveLength(1);
    const start = performance.now();
    sink.setBehaviour({ delayMs: 200 }, 1);
    await transport().sendMail(one);
    expect(performance.now() - start).toBeGreaterThan(199);
    await transport().sendMail(one);
    expect(sink.messages).toHaveLength(3);
  });

  it('says what came when it waits in vain', async () => {
    await expect(sink.waitFor(() => false, 20)).rejects.toThrow('no such mail within 20 ms; 0 came');
  });

  it('comes back on its port', async () => {
    const first = await startSmtpSink();
    await first.stop();
    const again = await startSmtpSink({ port: first.port });
    expect(again.url).toBe(first.url);
    await again.stop();
  });

  it('reads a nested multipart and a Latin-1 part', () => {
    const raw = [
      'Subject: =?iso-8859-1?Q?Ol=E1?= =?utf-8?B?IOKCrA==?=',
      'Content-Type: multipart/mixed; boundary="a"',
      '',
      'preamble',
      '--a',
      'Content-Type: multipart/alternative;',
      ' boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'ol=E1 =',
      'mundo',
      '--b--',
      '--a--',
      '',
    ].join('\r\n');
    expect(parseMime(Buffer.from(raw))).toMatchObject({ subject: 'Olá €', text: 'olá mundo', html: '' });
  });
});

describe('the SMS sink', () => {
  let sink: SmsSink;
  beforeAll(async () => {
    sink = await startSmsSink();
  });
  afterAll(() => sink.stop());
  const post = (json: unknown, bearer = sink.token) => send(sink.url, 'POST', { json, bearer });

  it('keeps what is well formed and authorised, and behaves as told', async () => {
    expect((await post({ to: '+5511987654321', text: 'Olá 4711' })).status).toBe(202);
    expect((await post({ to: 1 })).status).toBe(400);
    expect((await post({ to: '+1', text: 'x' }, 'wrong')).status).toBe(401);
    sink.setBehaviour({ status: 503 }, 1);
    expect((await post({ to: '+1', text: 'x' })).status).toBe(503);
    sink.setBehaviour({ drop: 'after' }, 1);
    await expect(post({ to: '+2', text: 'x' })).rejects.toThrow();
    expect(sink.messages.map(({ to }) => to)).toEqual(['+5511987654321', '+2']);
    expect((await sink.waitFor(({ text }) => text.includes('4711'))).text).toBe('Olá 4711');
  });
});

describe('the event consumer', () => {
  let vhost: FreshVhost;
  beforeAll(async () => {
    vhost = await freshVhost();
  });
  afterAll(() => vhost.drop());

  it('hears what fits its pattern, exclusively or on a durable quorum queue', async () => {
    const some = await consumeEvents(vhost.url, { pattern: 'customer.*.v1' });
    const all = await consumeEvents(vhost.url, { queue: 'all' });
    const connection = await amqp.connect(vhost.url);
    const channel = await connection.createConfirmChannel();
    for (const type of ['wallet.debited.v1', 'customer.created.v1'])
      channel.publish(EXCHANGE, type, Buffer.from(JSON.stringify({ id: `id-${type}`, type, subject: 's1' })), {
        messageId: `id-${type}`,
      });
    await channel.waitForConfirms();
    const event = await some.waitFor(({ type }) => type === 'customer.created.v1');
    expect(event).toMatchObject({ id: 'id-customer.created.v1', subject: 's1', body: { subject: 's1' } });
    for (const type of ['wallet.debited.v1', 'customer.created.v1']) await all.waitFor((one) => one.type === type);
    expect([some.events.length, all.events.length]).toEqual([1, 2]);
    for (const each of [some, all, connection]) await ('stop' in each ? each.stop() : each.close());
  });
});
