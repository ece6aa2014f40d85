import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from '../../support/backends.js';
import { forwardedFor, TRUSTED_PROXY_SETTINGS } from '../../support/forwarded-for.js';
import { runProgram } from '../../support/program.js';
import { newRegistration } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const LIMITED = { ...TRUSTED_PROXY_SETTINGS, LIMIT_REGISTRATIONS_PER_SOURCE: '3', LIMIT_WRONG_CODES_PER_SOURCE: '2' };

describe.each(BACKENDS)('one source, on $name', (backend) => {
  const app = useTestApp(backend, LIMITED);
  const registerFrom = async (address: string) => (await app.register(newRegistration(), forwardedFor(address))).status;

  const pendingFrom = async (address: string) => {
    const person = newRegistration();
    const { code } = await app.captureMessage(String(person.email), () => app.register(person, forwardedFor(address)));
    return { person, code };
  };

  it('ST-02 ST-12 registers so often, then is told when to come back; another is not touched', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push(await registerFrom('192.0.2.1'));
    expect(statuses).toEqual([201, 201, 201, 429]);
    const refused = await app.register(newRegistration(), forwardedFor('192.0.2.1'));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500);
    expect(await registerFrom('192.0.2.2')).toBe(201);
  });

  it('AC-08 is a /64, however its address is spelt', async () => {
    const spellings = [
      '2001:db8:1:2::1',
      '2001:DB8:1:2:0:0:0:99',
      '2001:0db8:0001:0002:ffff:ffff:ffff:ffff',
      '2001:db8:1:2:abcd::',
    ];
    const statuses: number[] = [];
    for (const spelling of spellings) statuses.push(await registerFrom(spelling));
    expect(statuses).toEqual([201, 201, 201, 429]);
    expect(await registerFrom('2001:db8:1:3::1')).toBe(201);
    const mapped = ['203.0.113.9', '::ffff:203.0.113.9', '::FFFF:203.0.113.9', '203.0.113.9'];
    const four: number[] = [];
    for (const spelling of mapped) four.push(await registerFrom(spelling));
    expect(four).toEqual([201, 201, 201, 429]);
  });

  it('AC-27 gains nothing from an address that is none', async () => {
    const garbage = ['a', '', 'unknown', '1.2.3.4.5', '-1', 'localhost', '[::1', 'x'.repeat(5_000)];
    const statuses: number[] = [];
    for (const text of garbage) statuses.push(await registerFrom(text));
    expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(3);
    expect(statuses).toContain(429);
  });

  it('types so many wrong codes, at whatever attempts', async () => {
    const [one, two] = [await pendingFrom('192.0.2.70'), await pendingFrom('192.0.2.71')];
    const bad = (code: string) => (code === '0000' ? '1111' : '0000');
    const at = forwardedFor('192.0.2.77');
    expect((await app.activate(one.person, bad(one.code), at)).status).toBe(400);
    expect((await app.activate(two.person, bad(two.code), at)).status).toBe(400);
    expect((await app.activate(two.person, bad(two.code), at)).status).toBe(429);
    expect((await app.activate(two.person, two.code, forwardedFor('192.0.2.78'))).status).toBe(200);
  });
});

describe('a caller who is no trusted proxy', () => {
  const app = useTestApp(EMBEDDED, { TRUSTED_SOURCES: '', LIMIT_REGISTRATIONS_PER_SOURCE: '3' });

  it('AC-30 cannot choose its address', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++)
      statuses.push((await app.register(newRegistration(), forwardedFor(`192.0.2.${n}`))).status);
    expect(statuses).toEqual([201, 201, 201, 429]);
  });
});

describe('a trusted source', () => {
  const app = useTestApp(EMBEDDED, { ...LIMITED, TRUSTED_SOURCES: '192.0.2.0/24' });

  it('has no source limits', async () => {
    for (let n = 0; n < 6; n++)
      expect((await app.register(newRegistration(), forwardedFor('192.0.2.1'))).status).toBe(201);
  });
});

describe('the settings', () => {
  it('AC-30 ST-01 refuse to trust everybody or a number of hops, and to switch off what must hold', async () => {
    const { code, output } = await runProgram({
      env: { TRUST_PROXY: 'true', TRUSTED_SOURCES: '2', LIMIT_TRIES_PER_CODE: 'off', LIMIT_SMS_PER_DAY: '-1' },
    });
    expect(code).not.toBe(0);
    for (const name of ['TRUST_PROXY', 'TRUSTED_SOURCES', 'LIMIT_TRIES_PER_CODE', 'LIMIT_SMS_PER_DAY'])
      expect(output).toContain(name);
  });
});
