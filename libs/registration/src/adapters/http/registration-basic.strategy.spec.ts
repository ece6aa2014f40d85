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

  it('returns the key and the pre-hash of the password for a live attempt', async () => {
    expect(await identify(basic('mia@example.org'))).toEqual({
      key: harness.keyOf(),
      preHash: harness.credentials.preHashes(MIA.password)[0],
    });
  });

  it('accepts the identifier in non-canonical spelling', async () => {
    expect(await identify(basic('Mia@EXAMPLE.org'))).toBeDefined();
    await harness.register({ email: undefined, phone: '+16502530000' });
    for (const phone of ['+16502530000', '(650) 253-0000', '001 650 253 0000'])
      expect(await identify(basic(phone)), phone).toBeDefined();
  });

  it('accepts a password with any characters', async () => {
    const password = 'Pässwörter: "x\u0000" 🔑:';
    await harness.register({ email: 'zoe@example.org', password });
    expect(await identify(basic('zoe@example.org', password))).toBeDefined();
    expect(await identify(basic('zoe@example.org', password.normalize('NFD')))).toBeDefined();
  });

  it('finds an attempt under an older pepper with the pre-hash of that pepper', async () => {
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

  it('blocks the source after three wrong passwords in an hour, even for the correct one', async () => {
    for (let n = 0; n < 3; n++) expect(await identify(basic('mia@example.org', `wrong ${n}`))).toBeUndefined();
    await expect(identify(basic('mia@example.org'))).rejects.toBeInstanceOf(ClientNetworkRateLimited);
    harness.clock.advance(3_600_000);
    expect(await identify(basic('zoe@example.org'))).toBeUndefined();
  });

  it('does not count correct passwords', async () => {
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
  ])('rejects %s with the same response', async (_, headers) => {
    expect(await identify(...headers())).toBeUndefined();
  });

  it('rejects an expired attempt', async () => {
    harness.clock.advance(1_800_000);
    expect(await identify(basic('mia@example.org'))).toBeUndefined();
  });

  it('accepts a receipt, so that a lost response can be repeated', async () => {
    const [text = ''] = await harness.deliverDueMessages();
    await harness.activate(text.slice(0, 4));
    expect(await identify(basic('mia@example.org'))).toBeDefined();
  });

  it('works when passport calls an object that only inherits from it [AC-68]', async () => {
    const [text = ''] = await harness.deliverDueMessages();
    await harness.activate(text.slice(0, 4));
    strategy = Object.create(strategy);
    expect(await identify(basic('mia@example.org'))).toBeDefined();
    expect(await identify(basic('mia@example.org', 'another one'))).toBeUndefined();
  });

  it('sends a scheme that opens the browser dialog, except to scripts', () => {
    const challenge = (headers: object) =>
      strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: { ...headers }, ip: '' });
    expect(challenge({})).toBe('Basic realm="foyer", charset="UTF-8"');
    expect(challenge({ 'x-requested-with': 'fetch' })).toBe('xBasic realm="foyer", charset="UTF-8"');
  });
});
