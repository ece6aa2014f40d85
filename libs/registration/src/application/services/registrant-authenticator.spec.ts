import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier, Unavailable } from '#kernel';
import { MIA, RegistrationHarness, SOURCE } from '../../testing/registration-harness.js';

const IDENTIFIER = parseIdentifier('mia@example.org', 'US');

describe('RegistrantAuthenticator', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  const find = async (password = MIA.password) => {
    const picked = await harness.registrants.lookUpAttempt(IDENTIFIER, password);
    return harness.registrants.asPending(picked) ?? harness.registrants.authenticateReceipt(picked, SOURCE.prefix);
  };
  const guess = async (times: number) => {
    for (let n = 0; n < times; n++) expect(await find(`wrong ${n}`)).toBeNull();
  };
  const counted = () => harness.tries.of(IDENTIFIER);
  /** Creates a new customer and returns the id. */
  const activated = async (): Promise<string> => {
    await harness.activate(await harness.registerAndReadCode());
    return harness.customers[0] ?? '';
  };

  it('authenticates a pending attempt without counting, even when sign-ins are delayed [AC-68]', async () => {
    await harness.register();
    const registrant = { key: harness.keyOf(), preHash: harness.credentials.preHashes(MIA.password)[0] };
    expect([await find(), counted()]).toEqual([registrant, 0]);
    await guess(harness.tries.limit + 1);
    expect([await find(), counted()]).toEqual([registrant, harness.tries.limit]);
  });

  it('counts a password without an attempt for any identifier [AC-68]', async () => {
    await guess(2);
    expect(counted()).toBe(2);
    await activated();
    await guess(2);
    expect(counted()).toBe(4);
  });

  it('authenticates a receipt and cancels the try [AC-68]', async () => {
    await activated();
    for (let n = 0; n <= harness.tries.limit; n++) expect(await find()).toMatchObject({ key: harness.keyOf() });
    expect(counted()).toBe(0);
  });

  it('rejects a receipt when sign-ins are delayed [AC-68]', async () => {
    await activated();
    await guess(harness.tries.limit);
    expect(await find()).toBeNull();
  });

  it('rejects a receipt of a changed customer and counts a wrong password [AC-68]', async () => {
    harness.credentials.ended.add(await activated());
    expect([await find(), counted()]).toEqual([null, 1]);
  });

  it('queries a customer whether or not there is a receipt, so that the work is the same [AC-68]', async () => {
    const asked: string[] = [];
    harness.credentials.isUnchangedSinceEnrolment = async (customerId) => asked.push(customerId) > 0;
    await find();
    await activated();
    asked.length = 0;
    await find();
    await find('another one');
    expect(asked).toHaveLength(2);
  });

  it('cancels the try when the customer cannot be read [AC-68]', async () => {
    await activated();
    harness.credentials.isUnchangedSinceEnrolment = () => Promise.reject(new Unavailable());
    await expect(find()).rejects.toBeInstanceOf(Unavailable);
    expect(counted()).toBe(0);
  });

  it('prefers a new attempt with the same password to the receipt [AC-68]', async () => {
    await activated();
    await harness.register();
    await guess(harness.tries.limit);
    expect(await find()).toMatchObject({ key: harness.keyOf() });
    expect((await harness.attempt())?.decoy).toBe(true);
  });
});
