import { describe, expect, it } from 'vitest';
import { type EventIdentity, findDeliveryFaults } from './delivery-checks.js';

const mark = (name: string, id = name): EventIdentity => ({ id, subject: name[0] ?? '', sequence: Number(name[1]) });
const marks = (...names: string[]) => names.map((name) => mark(name));
const COMMITTED = marks('a1', 'a2', 'a3', 'b1');

describe('faultsOfDelivery', () => {
  it.each([
    ['as they were committed', marks('a1', 'a2', 'a3', 'b1')],
    ['with the aggregates mixed', marks('b1', 'a1', 'a2', 'a3')],
    ['with repetitions, also of older ones', marks('a1', 'a2', 'a1', 'a2', 'a3', 'b1', 'a1')],
  ])('given events %s, then nothing is wrong', (_, heard) => expect(findDeliveryFaults(COMMITTED, heard)).toEqual([]));

  it.each([
    ['one that is missing', marks('a1', 'a2', 'b1'), 'INV-10 lost: a 3'],
    ['one that nobody committed', [...COMMITTED, mark('c1')], 'INV-10 never happened: c 1'],
    ['two that changed places', marks('a1', 'a3', 'a2', 'b1'), 'INV-11 out of order: a 2'],
  ])('given %s, then that is told', (_, heard, fault) => expect(findDeliveryFaults(COMMITTED, heard)).toEqual([fault]));

  it('given the same by another id, then it is done twice', () => {
    const faults = findDeliveryFaults([...COMMITTED, mark('b1', 'x')], [...COMMITTED, mark('b1', 'x')]);
    expect(faults).toEqual(['INV-10 done twice, by two ids: b 1']);
  });
});
