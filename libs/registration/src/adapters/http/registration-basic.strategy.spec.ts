import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryCounters } from '#kernel/testing';
import { parseSettings } from '#platform/config';
import { ClientNetworkLimits, ClientNetworkRateLimited } from '#platform/rate-limits';
import { MIA, RegistrationHarness } from '../../testing/registration-harness.js';
import { RegistrationBasicStrategy } from './registration-basic.strategy.js';

describe('RegistrationBasicStrategy', () => {
  let harness: RegistrationHarness;
  let strategy: RegistrationBasicStrategy;

  const basic = (username: string, password = MIA.password) =>
    `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const identify = (...values: string[]) =>
    strategy.identify({
      raw: { rawHeaders: values.flatMap((value) => ['Authorization', value]), socket: {} },
      headers: {},
      ip: '192.0.2.7',
    });

  beforeEach(async () => {
    harness = new RegistrationHarness();
    const limits = new ClientNetworkLimits(
      new InMemoryCounters(harness.clock),
      parseSettings({ LIMIT_WRONG_PASSWORDS_PER_SOURCE: '3' }),
      harness.clock,
    );
    strategy = new RegistrationBasicStrategy(harness.registrants, limits, harness.rules);
    await harness.register();
  });

  it('given identifier and password of a live attempt, then its key and the pre-hash of the password', async () => {
    expect(await identify(basic('mia@example.org'))).toEqual({
      key: harness.keyOf(),
      preHash: harness.credentials.preHashes(MIA.password)[0],
    });
  });

  it('given the identifier as people type it, then the same', async () => {
    expect(await identify(basic('Mia@EXAMPLE.org'))).toBeDefined();
    await harness.register({ email: undefined, phone: '+16502530000' });
    for (const phone of ['+16502530000', '(650) 253-0000', '001 650 253 0000'])
      expect(await identify(basic(phone)), phone).toBeDefined();
  });

  it('given a password of any characters, then it is proven as it was accepted', async () => {
    const password = 'Pässwörter: "x\u0000" 🔑:';
    await harness.register({ email: 'zoe@example.org', password });
    expect(await identify(basic('zoe@example.org', password))).toBeDefined();
    expect(await identify(basic('zoe@example.org', password.normalize('NFD')))).toBeDefined();
  });

  it('given an attempt under an older pepper, then it is found, with the pre-hash of that pepper', async () => {
    const [, older] = harness.credentials.preHashes(MIA.password);
    const attempt = await harness.attempt();
    if (!attempt || !older) throw new Error('there are two peppers');
    const [tag] = harness.secrets.computeTags(attempt.identifierHash, older);
    await harness.attempts.remove(attempt);
    await harness.attempts.placeAttempt({ ...attempt, tag }, false);
    expect(await identify(basic('mia@example.org'))).toEqual({
      key: { identifierHash: attempt.identifierHash, tag },
      preHash: older,
    });
  });

  it('given three wrong passwords in an hour, then the source may not try any more, not even the right one', async () => {
    for (let n = 0; n < 3; n++) expect(await identify(basic('mia@example.org', `wrong ${n}`))).toBeUndefined();
    await expect(identify(basic('mia@example.org'))).rejects.toBeInstanceOf(ClientNetworkRateLimited);
    harness.clock.advance(3_600_000);
    expect(await identify(basic('zoe@example.org'))).toBeUndefined();
  });

  it('given the right password any number of times, then nothing is counted', async () => {
    for (let n = 0; n < 9; n++) expect(await identify(basic('mia@example.org'))).toBeDefined();
  });

  it.each<[string, () => string[]]>([
    ['nothing', () => []],
    ['garbage', () => ['Basic garbage']],
    ['two of them', () => [basic('mia@example.org'), basic('mia@example.org')]],
    ['an unknown identifier', () => [basic('zoe@example.org')]],
    ['something that is no identifier', () => [basic('mia')]],
    ['another password', () => [basic('mia@example.org', 'another one')]],
    ['an empty password', () => [basic('mia@example.org', '')]],
    ['a password that nobody can have', () => [basic('mia@example.org', 'x'.repeat(600))]],
  ])('given %s, then one answer for all', async (_, headers) => {
    expect(await identify(...headers())).toBeUndefined();
  });

  it('given an attempt that has died, then nobody', async () => {
    harness.clock.advance(1_800_000);
    expect(await identify(basic('mia@example.org'))).toBeUndefined();
  });

  it('given a receipt, then it is known: a lost answer can be repeated', async () => {
    const [text = ''] = await harness.deliverDueMessages();
    await harness.activate(text.slice(0, 4));
    expect(await identify(basic('mia@example.org'))).toBeDefined();
  });

  it('answers when passport asks an object that only inherits from it [AC-68]', async () => {
    const [text = ''] = await harness.deliverDueMessages();
    await harness.activate(text.slice(0, 4));
    strategy = Object.create(strategy);
    expect(await identify(basic('mia@example.org'))).toBeDefined();
    expect(await identify(basic('mia@example.org', 'another one'))).toBeUndefined();
  });

  it('asks by a scheme that makes browsers show their dialog, unless a script is calling', () => {
    const challenge = (headers: object) =>
      strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: { ...headers }, ip: '' });
    expect(challenge({})).toBe('Basic realm="foyer", charset="UTF-8"');
    expect(challenge({ 'x-requested-with': 'fetch' })).toBe('xBasic realm="foyer", charset="UTF-8"');
  });
});
