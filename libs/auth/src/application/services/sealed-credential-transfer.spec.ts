import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput } from '#kernel';
import { AuthHarness } from '../../testing/auth-harness.js';

const MIA = { status: 'active', market: 'BR', locale: 'pt-BR' } as const;

describe('SealedCredentialTransfer', () => {
  let harness: AuthHarness;
  beforeEach(() => {
    harness = new AuthHarness();
  });

  const enrol = (credential: string | null, changes = {}) =>
    harness.transfer.enrolSubjects([
      { ...MIA, customerId: 'mia', names: [keyOf('mia@example.org'), keyOf('+5511987654321')], credential, ...changes },
    ]);
  const keyOf = (name: string) =>
    harness.identifiers.hash({ key: name.includes('@') ? `email:${name}` : `phone:${name}` } as never);
  const outcome = async (name: string, password: string) => (await harness.logIn(name, password)).outcome;
  const stored = async () => (await harness.subjects.findById('mia'))?.snapshot().credential;

  it('allows sign-in with an imported hash under each name, and replaces it by a native hash', async () => {
    await enrol(harness.transfer.importPasswordHash('theirs(secret)', 'mia'));
    expect(await outcome('mia@example.org', 'secret')).toBe('signed_in');
    await harness.clock.pause(1);
    expect(await stored()).toBe('v2$new$hashed(new:secret)');
    expect(harness.legacyPasswords.comparisons).toBe(1);
    expect(await outcome('+5511987654321', 'secret')).toBe('signed_in');
    expect(harness.legacyPasswords.comparisons).toBe(1);
  });

  it('rejects another password or a suspended customer', async () => {
    await enrol(harness.transfer.importPasswordHash('theirs(secret)', 'mia'));
    expect(await outcome('mia@example.org', 'another')).toBe('refused');
    expect(await stored()).toBe('f1$mia$theirs(secret)');
    harness = new AuthHarness();
    await enrol(harness.transfer.importPasswordHash('theirs(secret)', 'mia'), { status: 'suspended' });
    expect(await outcome('mia@example.org', 'secret')).toBe('refused');
  });

  it('pads every failure to whole seconds once a legacy hash is imported', async () => {
    const took = async (name: string) => {
      const begun = harness.clock.now().getTime();
      expect(await outcome(name, 'wrong')).toBe('refused');
      return harness.clock.now().getTime() - begun;
    };
    await harness.addSubject('email:ours@example.org', { customerId: 'ours' });
    expect(await took('nobody@example.org')).toBe(0);
    await enrol(harness.transfer.importPasswordHash('theirs(secret)', 'mia'));
    for (const name of ['nobody@example.org', 'ours@example.org', 'mia@example.org'])
      expect(await took(name), name).toBe(1_000);
    harness.legacyPasswords.verify = async () => {
      harness.clock.advance(1_300);
      return false;
    };
    expect(await took('mia@example.org')).toBe(2_000);
  });

  it('rejects an unknown hash format or pepper', () => {
    const accept = (hash: string) => () => harness.transfer.importPasswordHash(hash, 'mia');
    expect(accept('secret')).toThrow(InvalidInput);
    expect(accept('v2$gone$hashed(x)')).toThrow(InvalidInput);
    expect(accept('v2$old$secret')).toThrow(InvalidInput);
    expect(accept('v2$old$hashed(x)')()).toBe('v2$old$hashed(x)');
  });

  it('exports legacy hashes unchanged and native hashes with their pepper, without one-time passwords', async () => {
    await enrol(harness.transfer.importPasswordHash('theirs(secret)', 'mia'));
    await harness.addSubject('email:ours@example.org', { customerId: 'ours', credential: 'v2$new$hashed(x)' });
    await harness.addSubject('email:none@example.org', { customerId: 'none', credential: null });
    await harness.addSubject('email:once@example.org', {
      customerId: 'once',
      credential: 'v2$new$hashed(y)',
      oneTime: true,
    });
    expect(await harness.transfer.exportPasswordHashes(['mia', 'ours', 'none', 'once', 'nobody'])).toEqual(
      new Map([
        ['mia', 'theirs(secret)'],
        ['ours', 'v2$new$hashed(x)'],
      ]),
    );
  });
});
