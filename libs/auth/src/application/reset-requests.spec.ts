import { beforeEach, describe, expect, it } from 'vitest';
import { Overloaded, parseIdentifier } from '#kernel';
import { Recovery } from '../testing/recovery.js';
import { RESET_DUE, resetAddressOf } from './reset-requests.js';

const MIA = parseIdentifier('mia@example.org', 'US');
const DAY = 24 * 3_600_000;

describe('ResetRequests', () => {
  let house: Recovery;
  beforeEach(() => {
    house = new Recovery();
  });

  const ask = async (times: number, source: string, identifier = MIA) => {
    for (let n = 0; n < times; n++) await house.requests.ask(identifier, source);
    return house.due.due.length;
  };

  it('given an identifier, then a message is due that names it to nobody who reads the list', async () => {
    await ask(1, 'here');
    const [due] = house.due.due;
    expect(due?.kind).toBe(RESET_DUE);
    expect(due?.reference.startsWith(`${house.identifiers.hash(MIA)}.0.`)).toBe(true);
    expect(due?.reference.slice(house.identifiers.hash(MIA).length)).not.toContain('mia');
  });

  it('given three in a minute from one source, then no fourth, and others are not touched', async () => {
    expect(await ask(4, 'here')).toBe(3);
    expect(await ask(1, 'there')).toBe(4);
    expect(await ask(1, 'here', parseIdentifier('zoe@example.org', 'US'))).toBe(5);
    await house.clock.pause(60_000);
    expect(await ask(1, 'here')).toBe(6);
  });

  it('given five in a day from one source, then no sixth until tomorrow', async () => {
    for (let n = 0; n < 8; n++) {
      await ask(1, 'here');
      await house.clock.pause(61_000);
    }
    expect(house.due.due).toHaveLength(5);
    await house.clock.pause(DAY);
    expect(await ask(1, 'here')).toBe(6);
  });

  it('given thirty in a day from everywhere, then no more', async () => {
    for (let n = 0; n < 40; n++) await ask(1, `source ${n}`);
    expect(house.due.due).toHaveLength(30);
  });

  it('given a device of the customer, then it has messages of its own, when all others are used up [AC-66]', async () => {
    for (let n = 0; n < 40; n++) await ask(1, `source ${n}`);
    const byDevice = async (deviceId: string | null) => {
      const before = house.due.due.length;
      await house.requests.ask(MIA, 'source 0', deviceId);
      return house.due.due.length - before;
    };
    expect([await byDevice(null), await byDevice('own'), await byDevice('own')]).toEqual([0, 1, 0]);
    const sent: number[] = [];
    for (let n = 0; n < 4; n++) {
      await house.clock.pause(60_000);
      sent.push(await byDevice('own'));
    }
    expect(sent).toEqual([1, 1, 0, 0]);
  });

  it('given messages that wait for too long, then 503 for known and unknown, and nothing is counted', async () => {
    house.due.backlog = 6;
    await house.known(house.identifiers.hash(MIA));
    for (const identifier of [MIA, parseIdentifier('nobody@example.org', 'US')])
      for (let n = 0; n < 4; n++) await expect(ask(1, 'here', identifier)).rejects.toBeInstanceOf(Overloaded);
    house.due.backlog = 5;
    expect(await ask(4, 'here')).toBe(3);
  });

  it('AC-32 a reset code is bound to its customer, and that of nobody to its identifier', () => {
    expect(resetAddressOf('hash', 'mia')).toEqual({
      identifierHash: 'hash',
      purpose: 'password_reset',
      subject: 'mia',
    });
    expect(resetAddressOf('hash', undefined).subject).toBe('hash');
  });
});
