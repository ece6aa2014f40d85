import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { parseForwardedAddress } from '#platform/http';
import { createRecordingLog } from '#platform/observability/testing';
import { useForwardedHeaderWarnings } from './forwarded-header-warnings.js';

const MINUTE_MS = 60_000;

/** One warning for each request through a trusted proxy, and the text of all warnings. */
async function warningsOfTrusted(...calls: { forwarded: string; at: number }[]) {
  const { log, lines } = createRecordingLog();
  const trusted = (address: string) => (parseForwardedAddress(address) ?? address).startsWith('192.0.2.');
  const fastify = Fastify({ trustProxy: trusted });
  let now = 0;
  useForwardedHeaderWarnings(fastify, ['192.0.2.0/24'], log, () => now);
  fastify.get('/', async () => ({}));
  for (const { forwarded, at } of calls) {
    now = at;
    await fastify.inject({ url: '/', remoteAddress: '192.0.2.1', headers: { 'x-forwarded-for': forwarded } });
  }
  await fastify.close();
  return lines;
}

async function warnings(trusted: readonly string[], ...calls: { peer: string; forwarded?: string }[]) {
  const { log, lines } = createRecordingLog();
  const fastify = Fastify();
  useForwardedHeaderWarnings(fastify, trusted, log);
  fastify.get('/', async () => ({}));
  for (const { peer, forwarded } of calls) {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    await fastify.inject({ url: '/', remoteAddress: peer, headers });
  }
  await fastify.close();
  return lines.map(({ peer, setting }) => ({ peer, setting }));
}

describe('useForwardedHeaderWarnings [AC-30]', () => {
  const warning = (peer: string) => ({ peer, setting: 'TRUST_PROXY' });

  it('warns once for each untrusted peer that sends the header', async () => {
    const calls = [
      { peer: '192.0.2.1', forwarded: '198.51.100.7' },
      { peer: '192.0.2.1', forwarded: 'junk' },
    ];
    expect(await warnings([], ...calls, { peer: '192.0.2.2', forwarded: '' })).toEqual([
      warning('192.0.2.1'),
      warning('192.0.2.2'),
    ]);
  });

  it('does not warn for a trusted proxy or without the header', async () => {
    const trusted = { peer: '192.0.2.1', forwarded: '198.51.100.7' };
    expect(await warnings(['192.0.2.0/24'], trusted, { peer: '203.0.113.9' })).toEqual([]);
  });

  it('limits the number of lines for any number of peers, and repeats nothing they sent', async () => {
    const calls = Array.from({ length: 150 }, (_, n) => ({ peer: `10.0.0.${n}`, forwarded: 'secret' }));
    const written = await warnings([], ...calls);
    expect(written).toHaveLength(100);
    expect(JSON.stringify(written)).not.toContain('secret');
  });
});

describe('useForwardedHeaderWarnings with a trusted proxy', () => {
  it('warns once a minute about an entry that is not an address, without repeating it [AC-82]', async () => {
    const lines = await warningsOfTrusted(
      { forwarded: 'secret', at: 0 },
      { forwarded: 'secret', at: MINUTE_MS - 1 },
      { forwarded: 'secret', at: MINUTE_MS },
    );
    expect(lines.map(({ peer, setting }) => ({ peer, setting }))).toEqual([
      { peer: '192.0.2.1', setting: 'TRUST_PROXY' },
      { peer: '192.0.2.1', setting: 'TRUST_PROXY' },
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it.each(['198.51.100.7', '198.51.100.7:4711', '[2001:db8::1]:443', '198.51.100.7:1, 192.0.2.2:2', '', ' , '])(
    'does not warn about %j [AC-82]',
    async (forwarded) => expect(await warningsOfTrusted({ forwarded, at: 0 })).toEqual([]),
  );
});
