import { describe, expect, it } from 'vitest';
import { EMBEDDED } from '../support/backends.js';
import { forwardedFor, TRUSTED_PROXY_SETTINGS } from '../support/forwarded-for.js';
import { newRegistration } from '../support/registration-fixtures.js';
import { useTestApp } from '../support/test-app.js';

const LIMITED = { ...TRUSTED_PROXY_SETTINGS, LIMIT_REGISTRATIONS_PER_SOURCE: '2' };

describe('a proxy that forwards addresses with ports', () => {
  const app = useTestApp(EMBEDDED, { ...LIMITED, TRUST_PROXY: '127.0.0.0/8,192.0.2.0/24,2001:db8:ffff::/48' });
  const registerFrom = async (forwarded: string) =>
    (await app.register(newRegistration(), forwardedFor(forwarded))).status;
  const statusesOf = async (entries: readonly string[]) => {
    const statuses: number[] = [];
    for (const entry of entries) statuses.push(await registerFrom(entry));
    return statuses;
  };

  it('has one source per IPv4 address, whatever the port [AC-82]', async () => {
    const ports = ['198.51.100.1:1', '198.51.100.1:50001', '198.51.100.1', '198.51.100.1:50002'];
    expect(await statusesOf(ports)).toEqual([201, 201, 429, 429]);
    expect(await statusesOf(['198.51.100.2:1', '198.51.100.2:2', '198.51.100.2:3'])).toEqual([201, 201, 429]);
    expect(await statusesOf(['198.51.100.3:50001'])).toEqual([201]);
  });

  it('has one source per /64 of IPv6, whatever the port [AC-82]', async () => {
    expect(await statusesOf(['[2001:db8:1:2::1]:443', '2001:db8:1:2::2', '[2001:db8:1:2::3]'])).toEqual([
      201, 201, 429,
    ]);
    expect(await statusesOf(['[2001:db8:1:3::1]:443'])).toEqual([201]);
  });

  it('passes trusted proxies over although they are named with a port [AC-82]', async () => {
    const chain = (client: string) => `${client}, 192.0.2.9:8080, [2001:db8:ffff::1]:8080`;
    expect(await statusesOf([chain('203.0.113.1:1'), chain('203.0.113.1:2'), chain('203.0.113.1')])).toEqual([
      201, 201, 429,
    ]);
    expect(await statusesOf([chain('203.0.113.2:1')])).toEqual([201]);
  });

  it('cannot make a client believed whom the client itself has named [AC-82]', async () => {
    const chosen = (n: number) => `203.0.113.${n}:1, 198.51.100.77:2`;
    expect(await statusesOf([chosen(50), chosen(51), chosen(52)])).toEqual([201, 201, 429]);
  });
});

describe('a proxy that forwards what is no address', () => {
  const app = useTestApp(EMBEDDED, LIMITED);

  it('is warned about, and its callers share one source [AC-82]', async () => {
    const statuses: number[] = [];
    for (const entry of ['unknown', 'client.example.net', 'unknown'])
      statuses.push((await app.register(newRegistration(), forwardedFor(entry))).status);
    expect(statuses).toEqual([201, 201, 429]);
    const warning = await app.program.waitForLog(({ setting, level }) => setting === 'TRUST_PROXY' && level === 'warn');
    expect(warning['peer']).toBe('127.0.0.1');
    expect(warning['msg']).toContain('does not contain the client address');
    const warnings = app.program.logs().filter(({ setting }) => setting === 'TRUST_PROXY');
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).not.toContain('client.example.net');
  });
});
