import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FixedClock } from '#kernel/testing';
import type { Settings } from '#platform';
import { messageSenderContract } from '../message-sender.contract.js';
import { DevMailbox } from './dev-mailbox.js';

messageSenderContract('DevMailbox', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'mailbox-sender-'));
  const sender = new DevMailbox({ dataDir } as Settings, new FixedClock());
  return {
    sender,
    message: (id) => ({ id, channel: 'email', to: 'mia@example.org', subject: 's', text: id, html: '<p></p>' }),
    arrived: () => sender.list(),
    drop: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
});
