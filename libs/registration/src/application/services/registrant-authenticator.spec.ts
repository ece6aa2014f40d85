import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier, Unavailable } from '#kernel';
import { MIA, RegistrationHarness, SOURCE } from '../../testing/registration-harness.js';

const IDENTIFIER = parseIdentifier('mia@example.org', 'US');

describe('RegistrantCheck', () => {
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
  /** Somebody who has just become a customer: the id of it. */
  const activated = async (): Promise<string> => {
    await harness.activate(await harness.registerAndReadCode());
    return harness.customers[0] ?? '';
  };

  it('finds a pending attempt, counts nothing, and goes on when sign-ins have to wait [AC-68]', async () => {
    await harness.register();
    const registrant = { key: harness.keyOf(), preHash: harness.credentials.preHashes(MIA.password)[0] };
    expect([await find(), counted()]).toEqual([registrant, 0]);
    await guess(harness.tries.most + 1);
    expect([await find(), counted()]).toEqual([registrant, harness.tries.most]);
  });

  it('counts a password of no attempt, whoever has the identifier [AC-68]', async () => {
    await guess(2);
    expect(counted()).toBe(2);
    await activated();
    await guess(2);
    expect(counted()).toBe(4);
  });

  it('finds a receipt, and gives the try back [AC-68]', async () => {
    await activated();
    for (let n = 0; n <= harness.tries.most; n++) expect(await find()).toMatchObject({ key: harness.keyOf() });
    expect(counted()).toBe(0);
  });

  it('finds no receipt when sign-ins have to wait [AC-68]', async () => {
    await activated();
    await guess(harness.tries.most);
    expect(await find()).toBeNull();
  });

  it('finds no receipt of a customer who is not as the activation made them, and counts a wrong password [AC-68]', async () => {
    harness.credentials.ended.add(await activated());
    expect([await find(), counted()]).toEqual([null, 1]);
  });

  it('asks for the state of a customer whether or not there is a receipt: the work is the same [AC-68]', async () => {
    const asked: string[] = [];
    harness.credentials.isUnchangedSinceEnrolment = async (customerId) => asked.push(customerId) > 0;
    await find();
    await activated();
    asked.length = 0;
    await find();
    await find('another one');
    expect(asked).toHaveLength(2);
  });

  it('gives the try back when the state of the customer cannot be read [AC-68]', async () => {
    await activated();
    harness.credentials.isUnchangedSinceEnrolment = () => Promise.reject(new Unavailable());
    await expect(find()).rejects.toBeInstanceOf(Unavailable);
    expect(counted()).toBe(0);
  });

  it('finds what the same password has begun again before the receipt, as for any other password [AC-68]', async () => {
    await activated();
    await harness.register();
    await guess(harness.tries.most);
    expect(await find()).toMatchObject({ key: harness.keyOf() });
    expect((await harness.attempt())?.decoy).toBe(true);
  });
});
