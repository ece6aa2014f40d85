import { beforeEach, describe, expect, it } from 'vitest';
import { Overloaded, parseIdentifier } from '#kernel';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';
import { resetCodeAddressOf, SEND_PASSWORD_RESET } from './password-reset-requests.js';

const MIA = parseIdentifier('mia@example.org', 'US');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('PasswordResetRequests', () => {
  let harness: PasswordResetHarness;
  beforeEach(() => {
    harness = new PasswordResetHarness();
  });

  const ask = async (times: number, source: string, identifier = MIA) => {
    for (let n = 0; n < times; n++) await harness.requests.enqueueCode(identifier, { prefix: source, trusted: false });
    return harness.dueMessages.enqueued.length;
  };

  it('enqueues a job that does not reveal the identifier', async () => {
    await ask(1, 'here');
    const [due] = harness.dueMessages.enqueued;
    expect(due?.kind).toBe(SEND_PASSWORD_RESET);
    expect(due?.reference.startsWith(`${harness.identifiers.hash(MIA)}.0.`)).toBe(true);
    expect(due?.reference.slice(harness.identifiers.hash(MIA).length)).not.toContain('mia');
  });

  it('allows three requests a minute per source, independent of other sources', async () => {
    expect(await ask(4, 'here')).toBe(3);
    expect(await ask(1, 'there')).toBe(4);
    expect(await ask(1, 'here', parseIdentifier('zoe@example.org', 'US'))).toBe(5);
    await harness.clock.pause(60_000);
    expect(await ask(1, 'here')).toBe(6);
  });

  it('allows five requests a day per source', async () => {
    for (let n = 0; n < 8; n++) {
      await ask(1, 'here');
      await harness.clock.pause(61_000);
    }
    expect(harness.dueMessages.enqueued).toHaveLength(5);
    await harness.clock.pause(DAY);
    expect(await ask(1, 'here')).toBe(6);
  });

  it('spreads thirty requests a day over the hours, and does not charge a source for others [AC-66]', async () => {
    expect(await ask(40, 'one of many')).toBe(3);
    for (let n = 0; n < 40; n++) await ask(1, `source ${n}`);
    expect(harness.dueMessages.enqueued).toHaveLength(6);
    await ask(5, 'the owner');
    await harness.clock.pause(HOUR);
    expect(await ask(5, 'the owner'), 'an hour later').toBe(7);
    for (let hour = 2; hour < 24; hour++) {
      await harness.clock.pause(HOUR);
      for (let n = 0; n < 5; n++) await ask(1, `source ${hour} ${n}`);
    }
    expect(harness.dueMessages.enqueued.length).toBeLessThanOrEqual(30);
  });

  it('enqueues no SMS to an unsupported country or a special number [AC-72]', async () => {
    for (const number of ['+4915123456789', '+19005551234', '+881612345678']) {
      const identifier = parseIdentifier(number, 'US');
      await harness.addSubject(harness.identifiers.hash(identifier), { customerId: number });
      await ask(1, 'here', identifier);
    }
    expect([harness.dueMessages.enqueued, await harness.counters.count('{sms}:sent', DAY)]).toEqual([[], 0]);
  });

  it('charges SMS of known and unknown numbers alike, and enqueues none beyond the quota [AC-72]', async () => {
    const numbers = ['+5511961234567', '+5511961234568', '+5511961234569'].map((one) => parseIdentifier(one, 'BR'));
    const [known] = numbers;
    if (known) await harness.addSubject(harness.identifiers.hash(known));
    for (const number of numbers) await ask(1, 'here', number);
    expect([harness.dueMessages.enqueued.length, await harness.counters.count('{sms}:sent', DAY)]).toEqual([2, 2]);
    expect(await ask(1, 'here'), 'a mail').toBe(3);
  });

  it('releases every reservation when the job cannot be enqueued [AC-72]', async () => {
    const number = parseIdentifier('+5511961234567', 'BR');
    const put = harness.dueMessages.enqueue.bind(harness.dueMessages);
    harness.dueMessages.enqueue = () => Promise.reject(new Error('away'));
    for (let n = 0; n < 8; n++) await expect(ask(1, 'here', number)).rejects.toThrow('away');
    harness.dueMessages.enqueue = put;
    expect(await harness.counters.count('{sms}:sent', DAY)).toBe(0);
    expect(await ask(1, 'here', number)).toBe(1);
  });

  it('reserves messages for known devices when all other limits are used up [AC-66]', async () => {
    for (let n = 0; n < 40; n++) await ask(1, `source ${n}`);
    const asked = async (isKnownDevice: boolean) => {
      const before = harness.dueMessages.enqueued.length;
      await harness.requests.enqueueCode(MIA, { prefix: 'source 0', trusted: false }, isKnownDevice);
      return harness.dueMessages.enqueued.length - before;
    };
    expect([await asked(false), await asked(true), await asked(true)]).toEqual([0, 1, 0]);
    const sent: number[] = [];
    for (let n = 0; n < 4; n++) {
      await harness.clock.pause(60_000);
      sent.push(await asked(true));
    }
    expect(sent).toEqual([1, 1, 0, 0]);
  });

  it('charges the SMS of a known device to its source [AC-72]', async () => {
    const number = parseIdentifier('+5511961234567', 'BR');
    const source = { prefix: 'here', trusted: false };
    const demanded: unknown[] = [];
    const take = harness.sms.reserveSms.bind(harness.sms);
    harness.sms.reserveSms = (use, from) => {
      demanded.push(from);
      return take(use, from);
    };
    await harness.requests.enqueueCode(number, source, true);
    expect(demanded).toEqual([source]);
  });

  it('throws Overloaded for known and unknown names when the backlog is too long, without counting', async () => {
    harness.dueMessages.backlogSeconds = 6;
    await harness.addSubject(harness.identifiers.hash(MIA));
    for (const identifier of [MIA, parseIdentifier('nobody@example.org', 'US')])
      for (let n = 0; n < 4; n++) await expect(ask(1, 'here', identifier)).rejects.toBeInstanceOf(Overloaded);
    harness.dueMessages.backlogSeconds = 5;
    expect(await ask(4, 'here')).toBe(3);
  });

  it('binds a reset code to its customer at an address that does not depend on the customer [AC-32] [AC-62]', () => {
    const place = { identifierHash: 'hash', purpose: 'password_reset', subject: 'hash' };
    expect(resetCodeAddressOf('hash', 'mia')).toEqual({ ...place, holder: 'mia' });
    expect(resetCodeAddressOf('hash', undefined)).toEqual(place);
  });
});
