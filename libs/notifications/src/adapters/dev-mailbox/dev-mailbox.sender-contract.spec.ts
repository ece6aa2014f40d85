import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import type { Settings } from '#platform/config';
import { ConfiguredChannels } from '../configured-channels.js';
import { messageSenderContract } from '../message-sender.contract.js';
import { DevMailbox } from './dev-mailbox.js';

messageSenderContract('DevMailbox', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'mailbox-sender-'));
  const sender = new DevMailbox({ dataDir } as Settings, new FixedClock());
  return {
    sender,
    message: (id) => ({ id, channel: 'email', to: 'mia@example.org', subject: 's', text: id, html: '<p></p>' }),
    receivedMessages: () => sender.listMessages(),
    close: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
});

it.each([true, false])('says whether others can read what it is sent: %s [AC-61]', (devMailboxIsPublic) => {
  const mailbox = new DevMailbox({ dataDir: tmpdir(), devMailboxIsPublic } as Settings, new FixedClock());
  const channels = new ConfiguredChannels({ email: mailbox });
  expect([channels.isReadableByOthers('email'), channels.isReadableByOthers('sms')]).toEqual([
    devMailboxIsPublic,
    false,
  ]);
});
