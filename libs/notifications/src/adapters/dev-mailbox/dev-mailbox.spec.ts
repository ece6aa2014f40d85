import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '#kernel';
import type { Settings } from '#platform/config';
import type { OutgoingMessage } from '../../application/ports.js';
import { DevMailbox } from './dev-mailbox.js';

const NOON = new Date('2026-03-01T12:00:00.000Z');

class FixedClock extends Clock {
  override now(): Date {
    return NOON;
  }

  override async pause(): Promise<void> {}
}

const mail = (id: string, to = 'mia@example.org', text = '0420\n\nWelcome\n'): OutgoingMessage => ({
  id,
  channel: 'email',
  to,
  subject: 'Your code',
  text,
  html: '<p>0420</p>',
});
const sms = (id: string, to: string): OutgoingMessage => ({ id, channel: 'sms', to, subject: '', text: '0420' });

describe('DevMailbox', () => {
  let folder: string;
  let file: string;
  let mailbox: DevMailbox;

  const opened = () => new DevMailbox({ dataDir: folder } as Settings, new FixedClock());
  const ids = (to?: string, from = mailbox) => from.listMessages(to).map(({ id }) => id);

  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'mailbox-')), 'data');
    file = path.join(folder, 'mailbox.ndjson');
    mailbox = opened();
  });
  afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

  it('is empty before the first message', () => {
    expect(mailbox.listMessages()).toEqual([]);
  });

  it('shows what was sent, newest first', async () => {
    await mailbox.send(mail('a'));
    await mailbox.send(sms('b', '+16502530000'));
    const createdAt = NOON.toISOString();
    expect(mailbox.listMessages()).toEqual([
      { id: 'b', channel: 'sms', to: '+16502530000', subject: '', text: '0420', html: null, createdAt },
      { ...mail('a'), createdAt },
    ]);
  });

  it('is for nobody but the owner of the folder', async () => {
    await mailbox.send(mail('a'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is shared by those who look at the same folder, and outlives them', async () => {
    await mailbox.send(mail('a'));
    const other = opened();
    await other.send(mail('b'));
    await mailbox.send(mail('c'));
    expect([ids(), ids(undefined, other), ids(undefined, opened())]).toEqual(Array(3).fill(['c', 'b', 'a']));
  });

  it('finds the messages of one recipient, however the address is written', async () => {
    for (const to of ['mia@example.org', 'joe+news@example.com', 'joe@example.com', '+16502530000']) {
      await mailbox.send(to.startsWith('+') ? sms(to, to) : mail(to, to));
    }
    expect(ids(' Mia@Example.ORG ')).toEqual(['mia@example.org']);
    expect(ids('joe news@example.com')).toEqual(['joe+news@example.com']);
    for (const to of ['+16502530000', ' 16502530000', '+1 650 253-0000']) expect(ids(to)).toEqual(['+16502530000']);
    expect(ids('nobody@example.org')).toEqual([]);
  });

  it('passes over a line that a crash has torn, and goes on after it', async () => {
    await mailbox.send(mail('a'));
    await mailbox.send(mail('torn'));
    truncateSync(file, statSync(file).size - 20);
    expect(ids()).toEqual(['a']);
    await mailbox.send(mail('b'));
    expect(ids()).toEqual(['b', 'a']);
  });

  it('has another version whenever its messages are others', async () => {
    const versions = [mailbox.computeVersion()];
    for (const id of ['a', 'b']) {
      await mailbox.send(mail(id));
      versions.push(mailbox.computeVersion());
    }
    expect(new Set([...versions, mailbox.computeVersion()]).size).toBe(3);
  });

  it('keeps the last 500 and puts them into a new file when the old one has grown beyond 1 MB', async () => {
    const long = 'x'.repeat(3_000);
    for (let n = 0; n < 400; n++) await mailbox.send(mail(`first-${n}`, undefined, long));
    expect(ids()).toHaveLength(400);
    for (let n = 0; n < 400; n++) await mailbox.send(mail(`second-${n}`, undefined, long));
    expect(ids().slice(0, 500)).toEqual([
      ...Array.from({ length: 400 }, (_, n) => `second-${399 - n}`),
      ...Array.from({ length: 100 }, (_, n) => `first-${399 - n}`),
    ]);
    expect(ids()).toHaveLength(500);
    for (let n = 0; n < 1_000; n++) await mailbox.send(mail(`third-${n}`, undefined, long));
    expect(statSync(file).size).toBeLessThan(4 * 1024 * 1024);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves the rewriting to the process that is at it, unless that one died over it', async () => {
    await mailbox.send(mail('a'));
    const lock = `${file}.lock`;
    writeFileSync(lock, '');
    appendFileSync(file, '\n'.repeat(1_100_000));
    await mailbox.send(mail('b'));
    expect(statSync(file).size).toBeGreaterThan(1_100_000);
    utimesSync(lock, new Date(0), new Date(0));
    for (const id of ['c', 'd']) await mailbox.send(mail(id));
    expect(statSync(file).size).toBeLessThan(2_000);
    expect(ids()).toEqual(['d', 'c', 'b', 'a']);
  });
});
