import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { CustomerFilter } from '../application/views.js';
import {
  type CustomerListsFixture,
  customerIdOf,
  later,
  NO_FILTER,
  randomHash,
} from '../testing/customer-lists-fixture.js';

const withPrefix = (text: string): CustomerFilter => ({ ...NO_FILTER, prefix: text });

/** The contract of the filters of `CustomerLists`. */
export function searchContract(fixture: CustomerListsFixture): void {
  const { add, replace, remove, ids } = fixture;

  it('finds customers by e-mail address and phone number, deleted or not', async () => {
    const mia = await add({ identifier: parseIdentifier('Mia.Doe+1@Example.org', 'US') });
    const leo = await add({ identifier: parseIdentifier('(650) 253-0000', 'US') });
    expect(await ids({ ...NO_FILTER, email: 'mia.doe+1@example.org' })).toEqual([customerIdOf(mia)]);
    expect(await ids({ ...NO_FILTER, phone: '+16502530000' })).toEqual([customerIdOf(leo)]);
    expect(await ids({ ...NO_FILTER, email: 'mia.doe+1@example.org', prefix: 'mia' })).toEqual([customerIdOf(mia)]);
    expect(await ids({ ...NO_FILTER, email: 'mia.doe+1@example.org', prefix: 'doe' })).toEqual([]);
    await remove(mia);
    expect(await ids({ ...NO_FILTER, email: 'mia.doe+1@example.org' })).toEqual([]);
    expect(await ids({ ...NO_FILTER, email: 'mia.doe+1@example.org', status: 'deleted' })).toEqual([customerIdOf(mia)]);
    expect(await fixture.underTest.lists.count({ ...NO_FILTER, phone: '+16502530000' })).toBe(1);
  });

  it.each([
    [
      'by a prefix of an e-mail address',
      { identifier: parseIdentifier('Zoë.q@example.org'.normalize('NFD').replace(/\u0308/g, ''), 'US') },
      ['zoe', 'ZOE.Q@', ' zoe.q@example.org '],
      ['oe.q', 'zo_', 'zo%', 'zoe.q@example.orgs'],
    ],
    [
      'by a prefix of a phone number',
      { identifier: parseIdentifier('+55 11 96123-4567', 'BR') },
      ['+5511', '55 11 961', '+55 (11) 96123-4567', '5511961234567'],
      ['11961', '+55119612345678', '+5512', '4567'],
    ],
    [
      'by a prefix of a last name',
      { lastName: 'O’Çelik_100%' },
      ['O’', 'o’çELIK', 'o’çelik_100%'],
      ['çelik', 'o’çelik%', 'o’c', 'O’Çelik_100%!', 'o’çelik_1%'],
    ],
    ['by a last name in other scripts', { lastName: '𠮷田ИВАНОВ' }, ['𠮷', '𠮷田', '𠮷田иван'], ['田', '吉', 'иван']],
    ['by a last name in compatibility characters', { lastName: 'Ⅷﬁx' }, ['viii', 'VIIIFIX', 'ⅷfi'], ['fix']],
    ['by a very long last name', { lastName: '𝕄'.repeat(200) }, ['m', 'M'.repeat(200)], ['M'.repeat(199).concat('n')]],
    ['by the last code point', { lastName: '\u{10ffff}x' }, ['\u{10ffff}', '\u{10ffff}X'], ['\u{10ffff}y']],
  ])('finds %s', async (_, person, finding, missing) => {
    const id = customerIdOf(await add(person));
    for (const text of finding) expect(await ids(withPrefix(text)), text).toContain(id);
    for (const text of missing) expect(await ids(withPrefix(text)), text).not.toContain(id);
  });

  it('finds a customer by a confirmed document under any key', async () => {
    const claimed = await add({});
    const after = claimed.changeProfile({ document: '529.982.247-25' }, later(3));
    await replace(claimed, after);
    const [mine, other] = [randomHash(), randomHash()];
    const wanted = { ...NO_FILTER, documentHashes: [other, mine] };
    expect(await ids(wanted)).toEqual([]);
    for (const customers of [fixture.underTest.customers, fixture.mirror])
      await customers.replace(after, after.confirmDocument(later(4)), { document: mine });
    expect(await ids(wanted)).toEqual([customerIdOf(claimed)]);
    expect(await ids({ ...wanted, prefix: 'nobody' })).toEqual([]);
    expect(await ids({ ...NO_FILTER, documentHashes: [other] })).toEqual([]);
    expect(await fixture.underTest.lists.count(wanted)).toBe(1);
  });

  it('returns and counts a customer once who matches several columns', async () => {
    const word = `twice${randomUUID().slice(0, 6)}`;
    const id = customerIdOf(
      await add({ identifier: parseIdentifier(`${word}@example.org`, 'US'), lastName: word.toUpperCase() }),
    );
    await add({ lastName: word });
    const both = withPrefix(word);
    expect((await ids(both)).filter((found) => found === id)).toEqual([id]);
    expect([await ids(both).then(({ length }) => length), await fixture.underTest.lists.count(both)]).toEqual([2, 2]);
  });

  it('finds a customer by the new last name after a change', async () => {
    const before = await add({ lastName: 'Maiden-Name' });
    await replace(before, before.changeProfile({ lastName: 'Wedding-Name' }, later(5)));
    expect(await ids(withPrefix('maiden-n'))).toEqual([]);
    expect(await ids(withPrefix('wedding-n'))).toEqual([customerIdOf(before)]);
  });
}
