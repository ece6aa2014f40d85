import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { CustomerFilter } from '../application/views.js';
import { type CustomerListsScene, EVERYBODY, hash, idOf, later } from '../testing/customer-lists-scene.js';

const beginning = (text: string): CustomerFilter => ({ ...EVERYBODY, beginning: text });

/** Whom which search finds. */
export function searchContract(scene: CustomerListsScene): void {
  const { add, replace, remove, ids } = scene;

  it('finds by e-mail address and by phone number, the living and the deleted', async () => {
    const mia = await add({ identifier: parseIdentifier('Mia.Doe+1@Example.org', 'US') });
    const leo = await add({ identifier: parseIdentifier('(650) 253-0000', 'US') });
    expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org' })).toEqual([idOf(mia)]);
    expect(await ids({ ...EVERYBODY, phone: '+16502530000' })).toEqual([idOf(leo)]);
    expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org', beginning: 'mia' })).toEqual([idOf(mia)]);
    expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org', beginning: 'doe' })).toEqual([]);
    await remove(mia);
    expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org' })).toEqual([]);
    expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org', status: 'deleted' })).toEqual([idOf(mia)]);
    expect(await scene.under.lists.count({ ...EVERYBODY, phone: '+16502530000' })).toBe(1);
  });

  it.each([
    [
      'by the beginning of an e-mail address',
      { identifier: parseIdentifier('Zoë.q@example.org'.normalize('NFD').replace(/\u0308/g, ''), 'US') },
      ['zoe', 'ZOE.Q@', ' zoe.q@example.org '],
      ['oe.q', 'zo_', 'zo%', 'zoe.q@example.orgs'],
    ],
    [
      'by the beginning of a phone number',
      { identifier: parseIdentifier('+55 11 96123-4567', 'BR') },
      ['+5511', '55 11 961', '+55 (11) 96123-4567', '5511961234567'],
      ['11961', '+55119612345678', '+5512', '4567'],
    ],
    [
      'by the beginning of a last name',
      { lastName: 'O’Çelik_100%' },
      ['O’', 'o’çELIK', 'o’çelik_100%'],
      ['çelik', 'o’çelik%', 'o’c', 'O’Çelik_100%!', 'o’çelik_1%'],
    ],
    ['by a last name of other scripts', { lastName: '𠮷田ИВАНОВ' }, ['𠮷', '𠮷田', '𠮷田иван'], ['田', '吉', 'иван']],
    ['by a last name in compatibility characters', { lastName: 'Ⅷﬁx' }, ['viii', 'VIIIFIX', 'ⅷfi'], ['fix']],
    [
      'by a last name that is very long',
      { lastName: '𝕄'.repeat(200) },
      ['m', 'M'.repeat(200)],
      ['M'.repeat(199).concat('n')],
    ],
    ['by the last letter of all', { lastName: '\u{10ffff}x' }, ['\u{10ffff}', '\u{10ffff}X'], ['\u{10ffff}y']],
  ])('finds %s', async (_, person, finding, missing) => {
    const id = idOf(await add(person));
    for (const text of finding) expect(await ids(beginning(text)), text).toContain(id);
    for (const text of missing) expect(await ids(beginning(text)), text).not.toContain(id);
  });

  it('finds by a confirmed document, under any key of the ring', async () => {
    const claimed = await add({});
    const after = claimed.change({ document: '529.982.247-25' }, later(3));
    await replace(claimed, after);
    const [mine, other] = [hash(), hash()];
    const wanted = { ...EVERYBODY, documentHashes: [other, mine] };
    expect(await ids(wanted)).toEqual([]);
    for (const customers of [scene.under.customers, scene.known])
      await customers.replace(after, after.confirmDocument(later(4)), { document: mine });
    expect(await ids(wanted)).toEqual([idOf(claimed)]);
    expect(await ids({ ...wanted, beginning: 'nobody' })).toEqual([]);
    expect(await ids({ ...EVERYBODY, documentHashes: [other] })).toEqual([]);
    expect(await scene.under.lists.count(wanted)).toBe(1);
  });

  it('finds whoever fits by several of them once, and counts him once', async () => {
    const word = `twice${randomUUID().slice(0, 6)}`;
    const id = idOf(
      await add({ identifier: parseIdentifier(`${word}@example.org`, 'US'), lastName: word.toUpperCase() }),
    );
    await add({ lastName: word });
    const both = beginning(word);
    expect((await ids(both)).filter((one) => one === id)).toEqual([id]);
    expect([await ids(both).then(({ length }) => length), await scene.under.lists.count(both)]).toEqual([2, 2]);
  });

  it('finds by the new last name after a change', async () => {
    const before = await add({ lastName: 'Maiden-Name' });
    await replace(before, before.change({ lastName: 'Wedding-Name' }, later(5)));
    expect(await ids(beginning('maiden-n'))).toEqual([]);
    expect(await ids(beginning('wedding-n'))).toEqual([idOf(before)]);
  });
}
